// @apollo/client against the running server: pages merged by relayStylePagination, one record per id, persisted queries, batches.
import { createHash } from 'node:crypto';
import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client/core';
import { BatchHttpLink } from '@apollo/client/link/batch-http';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { relayStylePagination } from '@apollo/client/utilities';
import { isAbstractType } from 'graphql';
import { asking, authorized, checks, expect } from './checks.mjs';

const ACCOUNTS = gql`
  query Accounts($filter: AccountFilter, $first: Int, $after: String) {
    accounts(filter: $filter, first: $first, after: $after) {
      edges { cursor node { id handle platform } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`;
const VIDEOS = gql`
  query Videos($id: ID!, $first: Int, $after: String) {
    node(id: $id) {
      id
      ... on Account {
        videos(first: $first, after: $after) {
          edges { cursor node { id url } }
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
      }
    }
  }
`;
const CREATORS = gql`{ creators(first: 50) { edges { cursor node { id name } } pageInfo { hasNextPage endCursor } } }`;
const CREATE = gql`
  mutation Create($input: CreateCreatorInput!) {
    createCreator(input: $input) { creatorEdge { cursor node { id name } } errors { code path } }
  }
`;
const DELETE = gql`mutation Delete($id: ID!) { deleteCreator(input: { creatorId: $id }) { deletedCreatorId } }`;

export async function cacheInApollo(base, key, schema, report) {
  const check = checks(report, 'apollo');
  const ask = asking(base, key);
  const uri = `${base}/graphql`;
  const headers = authorized(key);
  // What implements an interface is what fragments on it match in the cache.
  const abstract = Object.values(schema.getTypeMap()).filter(isAbstractType);
  const possibleTypes = Object.fromEntries(abstract.map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]));
  const typePolicies = {
    Query: { fields: { accounts: relayStylePagination(['filter']), creators: relayStylePagination() } },
    Account: { fields: { videos: relayStylePagination() } },
  };
  const open = (link = new HttpLink({ uri, headers })) => new ApolloClient({ link, cache: new InMemoryCache({ typePolicies, possibleTypes }) });

  async function wholeList(client, query, variables, connection) {
    let page = connection((await client.query({ query, variables })).data);
    while (page.pageInfo.hasNextPage) {
      const next = { ...variables, after: page.pageInfo.endCursor };
      const { data } = await client.query({ query, variables: next, fetchPolicy: 'network-only' });
      page = connection(data);
    }
    return connection(client.readQuery({ query, variables })).edges.map(({ node }) => node.id);
  }

  await check('accounts page by page, each platform a list of its own', async () => {
    const client = open();
    for (const filter of [{ platforms: ['TIKTOK'] }, { platforms: ['INSTAGRAM'] }, undefined]) {
      const { accounts } = await ask('query ($filter: AccountFilter) { accounts(first: 50, filter: $filter) { nodes { id } } }', { filter });
      expect(await wholeList(client, ACCOUNTS, { filter, first: 4 }, (data) => data.accounts), accounts.nodes.map(({ id }) => id));
    }
  });
  await check('a list within a list', async () => {
    const { accounts } = await ask('{ accounts(first: 2) { nodes { id videos(first: 100) { nodes { id } } } } }');
    const client = open();
    for (const { id, videos } of accounts.nodes) {
      expect(await wholeList(client, VIDEOS, { id, first: 9 }, (data) => data.node.videos), videos.nodes.map((video) => video.id));
    }
  });
  await check('one record per id, found by fragments on interfaces too', async () => {
    const client = open();
    const { data } = await client.query({ query: ACCOUNTS, variables: { first: 1 } });
    const { node } = data.accounts.edges[0];
    const read = client.readFragment({ id: client.cache.identify(node), fragment: gql`fragment Known on Account { ... on Node { id } ... on Tracked { ... on Account { handle } } }` });
    expect([read.id, read.handle], [node.id, node.handle]);
  });
  await check('what was asked before is not asked again', async () => {
    const seen = [];
    const client = open(new HttpLink({ uri, headers, fetch: (...request) => (seen.push(request), fetch(...request)) }));
    await client.query({ query: ACCOUNTS, variables: { first: 3 } });
    await client.query({ query: ACCOUNTS, variables: { first: 3 } });
    expect(seen.length, 1);
  });
  await check('a mutation is written into the list, and what it cannot do is data', async () => {
    const client = open();
    const { data: before } = await client.query({ query: CREATORS });
    const names = () => client.readQuery({ query: CREATORS }).creators.edges.map(({ node }) => node.name);
    const update = (cache, { data }) =>
      cache.updateQuery({ query: CREATORS }, ({ creators }) => ({ creators: { ...creators, edges: [data.createCreator.creatorEdge, ...creators.edges] } }));
    const { data } = await client.mutate({ mutation: CREATE, variables: { input: { name: 'Made by Apollo' } }, update });
    try {
      expect(names(), ['Made by Apollo', ...before.creators.edges.map(({ node }) => node.name)]);
      const { data: refused } = await client.mutate({ mutation: CREATE, variables: { input: { name: '' } } });
      expect(refused.createCreator.errors.map(({ code, path }) => [code, path]), [['BAD_USER_INPUT', ['input', 'name']]]);
    } finally {
      await client.mutate({ mutation: DELETE, variables: { id: data.createCreator.creatorEdge.node.id } });
    }
  });
  await check('an error of the request has its code', async () => {
    const { error } = await open().query({ query: gql`{ noSuchField }`, errorPolicy: 'all' });
    expect(CombinedGraphQLErrors.is(error), true);
    expect(error.errors.map(({ extensions }) => extensions.code), ['GRAPHQL_VALIDATION_FAILED']);
  });

  for (const useGETForHashedQueries of [false, true]) {
    await check(`persisted queries by ${useGETForHashedQueries ? 'GET' : 'POST'}`, async () => {
      const seen = [];
      const watched = (address, init) => (seen.push([init.method, `${address} ${init.body ?? ''}`]), fetch(address, init));
      const sha256 = (text) => createHash('sha256').update(text).digest('hex');
      const link = () => new PersistedQueryLink({ sha256, useGETForHashedQueries }).concat(new HttpLink({ uri, headers, fetch: watched }));
      // Another text each time, so that no run before this one has left it there.
      const query = gql(`query Persisted${Date.now()} { accounts(first: 1) { totalCount } }`);
      const { data } = await open(link()).query({ query });
      expect(seen.length, 2);
      expect((await open(link()).query({ query })).data, data);
      expect(seen.length, 3);
      expect([seen[2][0], seen[2][1].includes('totalCount')], [useGETForHashedQueries ? 'GET' : 'POST', false]);
    });
  }
  await check('a batch of five in one request, one of them at fault', async () => {
    const seen = [];
    const link = new BatchHttpLink({ uri, headers, batchMax: 5, batchInterval: 20, fetch: (...request) => (seen.push(request), fetch(...request)) });
    const client = open(link);
    const good = [1, 2, 3, 4].map((first) => client.query({ query: ACCOUNTS, variables: { first } }));
    const bad = client.query({ query: ACCOUNTS, variables: { first: 201 }, errorPolicy: 'all' });
    expect((await Promise.all(good)).map(({ data }) => data.accounts.edges.length), [1, 2, 3, 4]);
    expect((await bad).error.errors.map(({ extensions }) => extensions.code), ['BAD_USER_INPUT']);
    expect(seen.length, 1);
  });
}
