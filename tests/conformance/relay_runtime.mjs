// relay-runtime against the running server: pages in both directions, refetching by node, mutations that update connections.
import relay from 'relay-runtime';
import { artifact } from './relay_compiler.mjs';
import { asking, authorized, checks, expect } from './checks.mjs';

const { ConnectionHandler, Environment, Network, RecordSource, Store, commitLocalUpdate, commitMutation, createOperationDescriptor, fetchQuery } = relay;
const WEEK = { last: 'LAST_7_DAYS' };

export async function walk(base, key, schema, report) {
  const check = checks(report, 'relay-runtime');
  const ask = asking(base, key);
  const open = () => new Environment({ network: Network.create((request, variables) => send(base, key, request, variables)), store: new Store(new RecordSource()) });
  const creators = (await ask('{ creators(first: 10) { nodes { id accounts(first: 10) { nodes { id } } } } }')).creators.nodes;
  const accounts = (await ask('{ accounts(first: 20) { nodes { id videos(first: 100) { nodes { id } } } } }')).accounts.nodes;
  const ranked = (await ask('query ($window: Window) { topVideos(first: 30, window: $window) { nodes { video { id } } } }', { window: WEEK })).topVideos.nodes;
  const idsOf = (nodes) => nodes.map(({ id }) => id);
  const account = accounts.find(({ videos }) => videos.nodes.length > 10);
  const creator = creators.find((each) => each.accounts.nodes.length === 3);

  const gained = { filter: { platforms: ['TIKTOK'], published: { last: 'LAST_90_DAYS' } }, orderBy: [{ gain: { metric: 'VIEWS', window: WEEK }, direction: 'DESC' }] };
  const table = (await ask('query ($filter: VideoFilter, $orderBy: [VideoOrder!]) { videos(first: 200, filter: $filter, orderBy: $orderBy) { nodes { id } } }', gained)).videos.nodes;
  const lists = [
    { name: 'accounts', size: 5, page: 'AccountListPageQuery', variables: {}, connection: ['AccountList_accounts', {}], wanted: idsOf(accounts) },
    { name: 'creators', size: 3, page: 'CreatorListPageQuery', variables: {}, connection: ['CreatorList_creators'], wanted: idsOf(creators) },
    { name: "a creator's accounts", size: 2, page: 'CreatorAccountsPageQuery', variables: { id: creator.id }, connection: ['CreatorAccounts_accounts'], wanted: idsOf(creator.accounts.nodes) },
    { name: "an account's videos", size: 7, page: 'AccountVideosPageQuery', variables: { id: account.id }, connection: ['AccountVideos_videos'], wanted: idsOf(account.videos.nodes) },
    { name: 'videos by what they gained', size: 40, page: 'VideoListPageQuery', variables: gained, connection: ['VideoList_videos', gained], wanted: idsOf(table) },
  ];
  for (const { name, size, page, variables, connection, wanted } of lists) {
    for (const direction of ['forwards', 'backwards']) {
      await check(`${name}, ${direction}`, async () => expect(await wholeList(open(), page, variables, size, direction, connection), wanted));
    }
  }
  await check('a leaderboard', async () => {
    const found = await wholeList(open(), 'VideoRankingPageQuery', { window: WEEK }, 10, 'forwards', ['VideoRanking_topVideos', { window: WEEK }], 3);
    expect(found, ranked.map(({ video }) => video.id));
  });

  const { viewer, videos } = await ask('{ viewer { organization { id } apiKeys { id } } videos(first: 1) { nodes { id account { refreshes(first: 1) { nodes { id } } } } } }');
  const nodes = { Account: account.id, ApiKey: viewer.apiKeys[0].id, Creator: creator.id, Organization: viewer.organization.id, RefreshRun: videos.nodes[0].account.refreshes.nodes[0].id, Video: videos.nodes[0].id };
  await check('every type with an id is refetched here', () => {
    expect(Object.keys(nodes), schema.getPossibleTypes(schema.getType('Node')).map(({ name }) => name).sort());
  });
  for (const [type, id] of Object.entries(nodes)) {
    await check(`${type} is refetched by node`, async () => {
      const environment = open();
      const { node } = await fetched(environment, 'RefetchingQuery', { id });
      expect([node.__typename, node.id], [type, id]);
      expect(Object.keys(nodes).filter((name) => node[name]), [type]);
      const before = environment.getStore().getSource().toJSON()[id];
      expect((await fetched(environment, `Refetching${type}Query`, { id })).node.__id, id);
      expect(environment.getStore().getSource().toJSON()[id], before);
    });
  }
  await check('an id of nothing gives null', async () => {
    const unknown = Buffer.from('Account:00000000-0000-4000-8000-000000000000').toString('base64');
    expect((await fetched(open(), 'RefetchingQuery', { id: unknown })).node, null);
  });

  await check('a creator made, renamed and deleted stands in the list as it does on the server', async () => {
    const environment = open();
    const connection = ['CreatorList_creators'];
    const connections = [ConnectionHandler.getConnectionID('client:root', ...connection)];
    await wholeList(environment, 'CreatorListPageQuery', {}, 50, 'forwards', connection);
    const shown = () => placesIn(environment, 'client:root', connection);
    const created = (await committed(environment, 'GroupingCreateMutation', { input: { name: 'Made by Relay' }, connections })).createCreator;
    expect(created.errors, []);
    const { id } = created.creatorEdge.node;
    try {
      expect(shown(), idsOf((await ask('{ creators(first: 20) { nodes { id } } }')).creators.nodes));
      expect(shown()[0], id);
      const optimisticResponse = { updateCreator: { creator: { id, name: 'Renamed' }, errors: [] } };
      const renaming = committed(environment, 'GroupingRenameMutation', { input: { creatorId: id, name: 'Renamed' } }, optimisticResponse);
      expect(nameOf(environment, id), 'Renamed');
      expect((await renaming).updateCreator.errors, []);
      expect(nameOf(environment, id), 'Renamed');
      const refusing = committed(environment, 'GroupingRenameMutation', { input: { creatorId: id, name: '' } }, { updateCreator: { creator: { id, name: '' }, errors: [] } });
      expect(nameOf(environment, id), '');
      expect((await refusing).updateCreator.errors.map(({ code, path }) => [code, path]), [['BAD_USER_INPUT', ['input', 'name']]]);
      expect(nameOf(environment, id), 'Renamed');
    } finally {
      await committed(environment, 'GroupingDeleteMutation', { input: { creatorId: id }, connections });
    }
    expect(shown(), idsOf(creators));
    expect(environment.getStore().getSource().get(id), null);
  });
  await check('an account tracked, paused, linked and removed stands in the lists as it does on the server', async () => {
    const environment = open();
    const listed = ['AccountList_accounts', {}];
    const linked = ['CreatorAccounts_accounts'];
    const connections = [ConnectionHandler.getConnectionID('client:root', ...listed)];
    await wholeList(environment, 'AccountListPageQuery', {}, 50, 'forwards', listed);
    await wholeList(environment, 'CreatorAccountsPageQuery', { id: creator.id }, 50, 'forwards', linked);
    const input = { platform: 'TIKTOK', handle: 'tracked_by_relay' };
    const tracked = (await committed(environment, 'TrackingTrackMutation', { input, connections })).trackAccount;
    expect(tracked.errors, []);
    const { id } = tracked.accountEdge.node;
    try {
      const twice = (await committed(environment, 'TrackingTrackMutation', { input, connections })).trackAccount;
      expect([twice.accountEdge, twice.errors.map(({ code, account: taken }) => [code, taken.id])], [null, [['HANDLE_TAKEN', id]]]);
      expect(placesIn(environment, 'client:root', listed), [id, ...idsOf(accounts)]);
      await committed(environment, 'TrackingPauseMutation', { input: { accountId: id } });
      expect(environment.getStore().getSource().get(id).isActive, false);
      const links = [ConnectionHandler.getConnectionID(creator.id, ...linked)];
      const { linkAccount } = await committed(environment, 'GroupingLinkMutation', { input: { accountId: id, creatorId: creator.id }, connections: links });
      expect([linkAccount.errors, linkAccount.creator.accountCount], [[], 4]);
      expect(placesIn(environment, creator.id, linked), [...idsOf(creator.accounts.nodes), id]);
    } finally {
      await committed(environment, 'TrackingRemoveMutation', { input: { accountId: id }, connections });
    }
    expect(placesIn(environment, 'client:root', listed), idsOf(accounts));
  });
}

async function send(base, key, { text, name }, variables) {
  const headers = { ...authorized(key), 'content-type': 'application/json', accept: 'application/graphql-response+json' };
  const answer = await fetch(`${base}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query: text, operationName: name, variables }) });
  return answer.json();
}

function fetched(environment, name, variables) {
  const query = artifact(name);
  environment.retain(createOperationDescriptor(query, variables));
  return fetchQuery(environment, query, variables, { fetchPolicy: 'network-only' }).toPromise();
}

// The promise of what the mutation answers; the store holds the optimistic response until then.
function committed(environment, name, variables, optimisticResponse) {
  return new Promise((resolve, reject) => {
    commitMutation(environment, { mutation: artifact(name), variables, optimisticResponse, onCompleted: (answer, errors) => (errors ? reject(new Error(JSON.stringify(errors))) : resolve(answer)), onError: reject });
  });
}

// Pages through a list and says which ids the store then holds of it, in their order.
async function wholeList(environment, page, variables, size, direction, connection, most = 100) {
  const parent = variables.id ?? 'client:root';
  const [count, cursor, more, next] = direction === 'forwards' ? ['first', 'after', 'hasNextPage', 'endCursor'] : ['last', 'before', 'hasPreviousPage', 'startCursor'];
  let info = { [more]: true, [next]: undefined };
  for (let pages = 0; info[more] && pages < most; pages += 1) {
    await fetched(environment, page, { ...variables, [count]: size, [cursor]: info[next] });
    info = inConnection(environment, parent, connection, (held) => {
      const record = held.getLinkedRecord('pageInfo');
      return { [more]: record.getValue(more), [next]: record.getValue(next) };
    });
  }
  return placesIn(environment, parent, connection);
}

function placesIn(environment, parent, connection) {
  return inConnection(environment, parent, connection, (held) =>
    held.getLinkedRecords('edges').map((edge) => {
      const node = edge.getLinkedRecord('node');
      return (node.getLinkedRecord('video') ?? node).getDataID();
    }),
  );
}

function inConnection(environment, parent, connection, read) {
  let found;
  commitLocalUpdate(environment, (store) => {
    found = read(ConnectionHandler.getConnection(store.get(parent), ...connection));
  });
  return found;
}

function nameOf(environment, id) {
  return environment.getStore().getSource().get(id).name;
}
