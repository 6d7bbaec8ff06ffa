// A typed client: what does not fit the schema does not compile. usage: BASE= KEY= node client.js
import { readFileSync } from 'node:fs';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { graphql } from './generated/index.js';
import { CreatorPageDocument, FirstLookDocument } from './generated/graphql.js';
import type { AccountFilter, CreatorPageQueryVariables, ErrorCode, FirstLookQueryVariables } from './generated/graphql.js';

const Growing = graphql(`
  query Growing($filter: AccountFilter!, $window: Window!, $first: Int!) {
    accounts(filter: $filter, first: $first) {
      totalCount
      nodes {
        __typename
        id
        followerCount
        lastRefreshedAt
        metadata
        metrics(window: $window) {
          views {
            current
            changePercent
          }
          postsPublished {
            current
          }
        }
      }
    }
  }
`);
const Found = graphql(`
  query Found($ids: [ID!]!) {
    nodes(ids: $ids) {
      __typename
      id
      ... on Account {
        handle
      }
      ... on Creator {
        name
      }
    }
  }
`);
const Make = graphql(`
  mutation Make($input: CreateCreatorInput!) {
    createCreator(input: $input) {
      creator {
        id
        addedAt
      }
      errors {
        __typename
        code
        path
        ... on QuotaReached {
          limit
        }
      }
    }
  }
`);

async function ask<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
  const headers = { authorization: `Bearer ${process.env['KEY']}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ query: print(document), variables });
  const answer = await fetch(`${process.env['BASE']}/graphql`, { method: 'POST', headers, body });
  const { data, errors } = (await answer.json()) as { data?: Data; errors?: unknown };
  if (errors !== undefined || data === undefined) throw new Error(JSON.stringify(errors));
  return data;
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

const filter: AccountFilter = { platforms: ['TIKTOK'], followerCount: { min: 1 } };
const { accounts } = await ask(Growing, { filter, window: { last: 'LAST_7_DAYS' }, first: 3 });
must(accounts.nodes.length === 3, 'three accounts');
const followers: number = accounts.nodes.reduce((sum, account) => sum + (account.followerCount ?? 0), 0);
const refreshed: string | null | undefined = accounts.nodes[0]?.lastRefreshedAt;
const published: number[] = accounts.nodes.map((account) => account.metrics.postsPublished.current);
must(followers > 0 && typeof refreshed === 'string' && published.every(Number.isInteger), 'figures of their types');

const { nodes } = await ask(Found, { ids: accounts.nodes.map(({ id }) => id) });
for (const node of nodes) must(node?.__typename === 'Account' && node.handle.length > 0, 'a node is told by its type name');

const { createCreator } = await ask(Make, { input: { name: '' } });
const codes: ErrorCode[] = createCreator.errors.map(({ code }) => code);
must(createCreator.creator == null && codes[0] === 'BAD_USER_INPUT', 'what can be mended is typed data');

// The worked examples are documents of this client too.
const example = <Variables>(name: string) => JSON.parse(readFileSync(new URL(`../../examples/${name}.json`, import.meta.url), 'utf8')) as Variables;
must((await ask(FirstLookDocument, example<FirstLookQueryVariables>('01_first_look'))).accounts.totalCount > 0, 'the first look shows accounts');
must((await ask(CreatorPageDocument, example<CreatorPageQueryVariables>('03_creator_page'))).creators.nodes.length === 1, 'the creator page shows a creator');
