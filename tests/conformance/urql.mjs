// urql with graphcache against the running server: the cache that knows the schema, merged pages, persisted queries.
import { isObjectType } from 'graphql';
import { Client, fetchExchange, gql } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { persistedExchange } from '@urql/exchange-persisted';
import { asking, authorized, checks, expect } from './checks.mjs';

const ACCOUNTS = gql`
  query Accounts($filter: AccountFilter, $first: Int, $after: String) {
    accounts(filter: $filter, first: $first, after: $after) {
      edges { cursor node { id handle creator { id name } } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`;
const VIDEOS = gql`
  query Videos($id: ID!, $first: Int, $after: String) {
    account(id: $id) {
      id
      videos(first: $first, after: $after) {
        edges { cursor node { id url metrics(window: { last: LAST_7_DAYS }) { views { current } } } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }
  }
`;
const CREATORS = gql`
  query Creators {
    creators(first: 50) { edges { cursor node { id name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
  }
`;
const CREATE = gql`
  mutation Create($input: CreateCreatorInput!) {
    createCreator(input: $input) { creatorEdge { cursor node { id name } } errors { code path } }
  }
`;
const RENAME = gql`mutation Rename($input: UpdateCreatorInput!) { updateCreator(input: $input) { creator { id name } errors { code } } }`;
const DELETE = gql`mutation Delete($id: ID!) { deleteCreator(input: { creatorId: $id }) { deletedCreatorId } }`;

export async function cacheInUrql(base, key, { schema, introspection }, report) {
  const check = checks(report, 'urql');
  const ask = asking(base, key);
  const complaints = [];
  // Whatever has no id is kept with what it belongs to.
  const embedded = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !type.getFields().id);
  const cache = () =>
    cacheExchange({
      schema: introspection,
      keys: Object.fromEntries(embedded.map(({ name }) => [name, () => null])),
      resolvers: { Query: { accounts: relayPagination(), creators: relayPagination() }, Account: { videos: relayPagination() } },
      updates: {
        Mutation: {
          createCreator: ({ createCreator: { creatorEdge } }, _arguments, held) =>
            creatorEdge && held.updateQuery({ query: CREATORS }, (data) => data && { ...data, creators: { ...data.creators, edges: [creatorEdge, ...data.creators.edges] } }),
          deleteCreator: ({ deleteCreator: { deletedCreatorId } }, _arguments, held) => held.invalidate({ __typename: 'Creator', id: deletedCreatorId }),
        },
      },
      logger: (severity, message) => severity === 'debug' || complaints.push(`${severity}: ${message}`),
    });

  function open({ between = [], ...options } = {}) {
    const seen = [];
    const watched = (address, init) => (seen.push([init.method, `${address} ${init.body ?? ''}`]), fetch(address, init));
    const exchanges = [cache(), ...between, fetchExchange];
    const client = new Client({ url: `${base}/graphql`, fetch: watched, fetchOptions: { headers: authorized(key) }, preferGetMethod: false, ...options, exchanges });
    return { client, seen };
  }

  async function answer(operation) {
    const { data, error } = await operation.toPromise();
    if (error) throw error;
    return data;
  }

  async function wholeList(client, query, variables, connection) {
    let page = connection(await answer(client.query(query, variables)));
    while (page.pageInfo.hasNextPage) page = connection(await answer(client.query(query, { ...variables, after: page.pageInfo.endCursor })));
    return page.edges.map(({ node }) => node.id);
  }

  await check('accounts page by page, each platform a list of its own', async () => {
    const { client } = open();
    for (const filter of [{ platforms: ['TIKTOK'] }, { platforms: ['INSTAGRAM'] }]) {
      const { accounts } = await ask('query ($filter: AccountFilter) { accounts(first: 50, filter: $filter) { nodes { id } } }', { filter });
      expect(await wholeList(client, ACCOUNTS, { filter, first: 4 }, (data) => data.accounts), accounts.nodes.map(({ id }) => id));
    }
  });
  await check('a list within a list', async () => {
    const { accounts } = await ask('{ accounts(first: 1) { nodes { id videos(first: 100) { nodes { id } } } } }');
    const [{ id, videos }] = accounts.nodes;
    expect(await wholeList(open().client, VIDEOS, { id, first: 9 }, (data) => data.account.videos), videos.nodes.map((video) => video.id));
  });
  await check('what was asked before is not asked again', async () => {
    const { client, seen } = open();
    await answer(client.query(ACCOUNTS, { first: 3 }));
    await answer(client.query(ACCOUNTS, { first: 3 }));
    expect(seen.length, 1);
  });
  await check('mutations are written into the lists, and what they cannot do is data', async () => {
    const { client, seen } = open();
    const names = async () => (await answer(client.query(CREATORS, {}))).creators.edges.map(({ node }) => node.name);
    const before = await names();
    const { createCreator } = await answer(client.mutation(CREATE, { input: { name: 'Made by urql' } }));
    const { id } = createCreator.creatorEdge.node;
    try {
      expect(await names(), ['Made by urql', ...before]);
      await answer(client.mutation(RENAME, { input: { creatorId: id, name: 'Renamed' } }));
      expect(await names(), ['Renamed', ...before]);
      const refused = await answer(client.mutation(CREATE, { input: { name: '' } }));
      expect(refused.createCreator.errors.map(({ code, path }) => [code, path]), [['BAD_USER_INPUT', ['input', 'name']]]);
      expect(seen.length, 4);
    } finally {
      await answer(client.mutation(DELETE, { id }));
    }
    expect(await names(), before);
  });
  await check('an error of the request has its code', async () => {
    const { error } = await open().client.query(ACCOUNTS, { first: 201 }).toPromise();
    expect(error.graphQLErrors.map(({ extensions }) => extensions.code), ['BAD_USER_INPUT']);
  });
  await check('queries by GET', async () => {
    const { client, seen } = open({ preferGetMethod: 'force' });
    expect((await answer(client.query(ACCOUNTS, { first: 2 }))).accounts.edges.length, 2);
    expect(seen.map(([method]) => method), ['GET']);
  });
  for (const preferGetForPersistedQueries of [false, 'force']) {
    const method = preferGetForPersistedQueries ? 'GET' : 'POST';
    await check(`persisted queries by ${method}`, async () => {
      const options = () => ({ between: [persistedExchange({ preferGetForPersistedQueries, enableForMutation: true })] });
      // Another text each time, so that no run before this one has left it there.
      const query = `query Persisted${Date.now()} { accounts(first: 1) { totalCount } }`;
      const first = open(options());
      const data = await answer(first.client.query(query, {}));
      expect(first.seen.length, 2);
      const second = open(options());
      expect(await answer(second.client.query(query, {})), data);
      expect(second.seen.map(([used, sent]) => [used, sent.includes('totalCount')]), [[method, false]]);
    });
  }
  await check('graphcache finds nothing amiss', () => expect(complaints, []));
}
