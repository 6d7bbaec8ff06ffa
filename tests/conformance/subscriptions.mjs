// graphql-ws, graphql-sse and urql following the running server, and the words of graphql-transport-ws spoken by hand.
import { setTimeout as pause } from 'node:timers/promises';
import { Client, fetchExchange } from '@urql/core';
import { createClient as createStreamClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import { asking, authorized, checks, expect } from './checks.mjs';

const PATIENCE_MS = 20_000;
const KEY_NAME = { query: '{ viewer { keyName } }' };
const FOLLOW = 'subscription ($ids: [ID!]) { accountRefreshed(accountIds: $ids) { account { id followerCount } run { state } } }';
const PROGRESS = 'subscription ($ids: [ID!]!) { refreshProgress(runIds: $ids) { run { id state } endedCount runCount } }';
const TRACK = 'mutation ($input: TrackAccountInput!) { trackAccount(input: $input) { account { id } errors { message } } }';
const REMOVE = 'mutation ($id: ID!) { removeAccount(input: { accountId: $id }) { removedAccountId } }';
const REFRESHES = 'query ($id: ID!) { account(id: $id) { refreshes(first: 1) { nodes { id } } } }';

export async function follow(base, key, report) {
  const ask = asking(base, key);
  const url = `${base}/graphql`;
  const connectionParams = { Authorization: `Bearer ${key}` };
  const urql = () => new Client({ url, fetchSubscriptions: true, preferGetMethod: false, fetchOptions: { headers: authorized(key) }, exchanges: [fetchExchange] });
  const clients = {
    'graphql-ws': () => createSocketClient({ url: url.replace('http', 'ws'), connectionParams, retryAttempts: 0 }),
    'graphql-sse': () => createStreamClient({ url, headers: authorized(key), retryAttempts: 0 }),
    'urql by event streams': () => ({ subscribe: (asked, sink) => followInUrql(urql(), asked, sink), dispose: () => {} }),
  };
  let number = 0;
  async function track(handle) {
    const { trackAccount } = await ask(TRACK, { input: { platform: 'TIKTOK', handle } });
    expect(trackAccount.errors, []);
    return trackAccount.account.id;
  }

  for (const [name, open] of Object.entries(clients)) {
    const check = checks(report, name);
    const withClient = async (act) => {
      const client = open();
      try {
        await act(client);
      } finally {
        await client.dispose();
      }
    };
    if (!name.startsWith('urql')) {
      await check('a query', () =>
        withClient(async (client) => expect((await heard(client, KEY_NAME)).map(({ data }) => data), [{ viewer: { keyName: 'Demo' } }])));
    }
    await check('an account is shown once it is refreshed', () =>
      withClient(async (client) => {
        const events = heard(client, { query: FOLLOW }, 1);
        events.catch(() => {}); // it is awaited below; until then nobody else may complain
        await pause(300); // nothing tells a client that its subscription has begun
        const id = await track(`followed_${(number += 1)}`);
        try {
          const [{ data }] = await events;
          expect([data.accountRefreshed.account.id, data.accountRefreshed.account.followerCount > 0, data.accountRefreshed.run.state], [id, true, 'SUCCEEDED']);
        } finally {
          await ask(REMOVE, { id });
        }
      }));
    await check('refreshes are followed to their end', () =>
      withClient(async (client) => {
        const ids = [await track(`refreshed_${(number += 1)}`), await track(`refreshed_${(number += 1)}`)];
        try {
          const runs = [];
          for (const id of ids) runs.push(await firstRefresh(ask, id));
          const events = await heard(client, { query: PROGRESS, variables: { ids: runs } });
          const { endedCount, runCount } = events.at(-1).data.refreshProgress;
          expect([endedCount, runCount], [2, 2]);
          const last = Object.fromEntries(events.map(({ data: { refreshProgress } }) => [refreshProgress.run.id, refreshProgress.run.state]));
          expect(last, Object.fromEntries(runs.map((id) => [id, 'SUCCEEDED'])));
        } finally {
          for (const id of ids) await ask(REMOVE, { id });
        }
      }));
    await check('an operation that cannot be is an error with its code', () =>
      withClient(async (client) => {
        const problem = await heard(client, { query: 'subscription { noSuchField }' }).then(
          (events) => events[0]?.errors,
          (error) => error.graphQLErrors ?? error,
        );
        const errors = problem.response ? (await problem.response.json()).errors : problem;
        expect(errors.map(({ extensions }) => extensions.code), ['GRAPHQL_VALIDATION_FAILED']);
      }));
  }

  const check = checks(report, 'graphql-transport-ws');
  const init = { type: 'connection_init', payload: connectionParams };
  const subscribe = { id: 'one', type: 'subscribe', payload: { query: FOLLOW } };
  const speak = (messages, protocol = 'graphql-transport-ws') => closed(new WebSocket(url.replace('http', 'ws'), protocol), messages);
  const closings = {
    'a wrong key': [4403, [{ ...init, payload: { Authorization: 'Bearer nobody' } }]],
    'a subscription before the first message': [4401, [subscribe]],
    'a second first message': [4429, [init, init]],
    'two operations of one id': [4409, [init, subscribe, subscribe]],
    'a message of no known type': [4400, [init, { type: 'nonsense' }]],
    'what is no JSON': [4400, [init, '{']],
  };
  for (const [name, [code, messages]] of Object.entries(closings)) {
    await check(`${name} closes with ${code}`, async () => expect((await speak(messages)).code, code));
  }
  await check('a ping is answered', async () => {
    const { heard: said } = await speak([init, { type: 'ping', payload: { sent: 1 } }, { type: 'nonsense' }]);
    expect(said, [{ type: 'connection_ack' }, { type: 'pong', payload: { sent: 1 } }]);
  });
}

// What a client hears until the operation is complete, or until it has heard so much. Rejects with what went wrong.
function heard(client, asked, most = Infinity) {
  return new Promise((resolve, reject) => {
    const events = [];
    const deadline = setTimeout(() => reject(new Error(`heard ${JSON.stringify(events)} in ${PATIENCE_MS} ms`)), PATIENCE_MS);
    const settle = (act) => (value) => {
      clearTimeout(deadline);
      act(value);
    };
    const stop = client.subscribe(asked, {
      next(event) {
        events.push(event);
        if (events.length < most) return;
        settle(resolve)(events);
        setTimeout(stop); // urql cannot be stopped while it tells
      },
      error: settle(reject),
      complete: () => settle(resolve)(events),
    });
  });
}

function followInUrql(client, { query, variables = {} }, sink) {
  const { unsubscribe } = client.subscription(query, variables).subscribe(({ data, error, hasNext }) => {
    if (error) sink.error(error);
    else if (data) sink.next({ data });
    if (!error && hasNext === false) sink.complete();
  });
  return unsubscribe;
}

async function firstRefresh(ask, id) {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const [run] = (await ask(REFRESHES, { id })).account.refreshes.nodes;
    if (run) return run.id;
    await pause(50);
  }
  throw new Error('the account is not refreshed');
}

// Says all that, and what was heard until the server closed the socket.
function closed(socket, messages) {
  return new Promise((resolve, reject) => {
    const said = [];
    const deadline = setTimeout(() => (socket.close(), reject(new Error('it is not closed'))), PATIENCE_MS);
    socket.onopen = () => messages.forEach((message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)));
    socket.onmessage = ({ data }) => said.push(JSON.parse(data));
    socket.onclose = ({ code }) => {
      clearTimeout(deadline);
      resolve({ code, heard: said });
    };
  });
}
