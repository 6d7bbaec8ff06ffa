// A competitor set, as the tutorial makes it: created, refreshed, listed, charted and taken away again. usage: BASE= KEY= node tutorial.js
import { setTimeout as pause } from 'node:timers/promises';
import { api, check, expect, given } from './asking.js';
import type { Schemas } from './asking.js';

const RIVALS = { rival_one: 'instagram', rival_two: 'tiktok', rival_three: 'instagram', creatoraudit: 'tiktok' } as const;
const SET = { set: 'competitors' };
const PATIENCE_MS = 60_000;
const BARS = ' ▁▂▃▄▅▆▇█';
const members = new Map<string, { creator: Schemas['Creator']; account: Schemas['Account'] }>();

// A bar for each day, as high as its value is between nothing and the most.
function chart(values: (number | null)[]): string {
  const most = Math.max(1, ...values.map((value) => value ?? 0));
  return values.map((value) => BARS[Math.ceil((Math.max(0, value ?? 0) / most) * (BARS.length - 1))]).join('');
}

async function refreshed(id: string): Promise<Schemas['Account']> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await pause(500)) {
    const account = given(await api.GET('/accounts/{account_id}', { params: { path: { account_id: id } } })).data;
    if (account.last_scrape_time !== null) return account;
  }
  throw new Error('the first refresh comes within seconds');
}

await check('the tutorial: rivals are creators, each with an account', async () => {
  for (const [username, platform] of Object.entries(RIVALS)) {
    const creator = given(await api.POST('/creators', { params: { header: { 'Idempotency-Key': `creator ${username}` } }, body: { name: username, metadata: SET } })).data;
    const header = { 'Idempotency-Key': `account ${username}` };
    const tracked = await api.POST('/accounts', { params: { header }, body: { platform, username, metadata: SET } });
    const account = given(tracked).data;
    members.set(username, { creator, account });
    expect([tracked.response.status, tracked.response.headers.get('location')], [201, `/v2/accounts/${account.id}`]);
    expect([account.type, account.platform, account.username, account.metadata], ['account', platform, username, SET]);
    expect([account.last_scrape_time, account.follower_count, account.creator_id], [null, 0, null]);
    const path = { creator_id: creator.id, account_id: account.id };
    const linked = await api.PUT('/creators/{creator_id}/accounts/{account_id}', { params: { path } });
    const again = await api.PUT('/creators/{creator_id}/accounts/{account_id}', { params: { path } });
    expect([linked.response.status, again.response.status, given(again)], [201, 200, given(linked)]);
  }
});

await check('the tutorial: figures come within seconds', async () => {
  for (const member of members.values()) {
    member.account = await refreshed(member.account.id);
    const { account, creator } = member;
    expect([account.creator_id, account.creator_name, account.is_unavailable], [creator.id, creator.name, false]);
    expect([account.follower_count > 0, account.total_post_count > 0], [true, true]);
    const platforms = { [account.platform]: 1 };
    const { data: grouped } = given(await api.GET('/creators/{creator_id}', { params: { path: { creator_id: creator.id } } }));
    expect(grouped, { ...creator, platform: account.platform, accounts_summary: { total: 1, platforms, total_followers: account.follower_count } });
  }
});

await check('the tutorial: the set is listed by followers', async () => {
  const wanted = [...members.values()].map(({ account }) => account).sort((one, other) => other.follower_count - one.follower_count);
  const found: Schemas['Account'][] = [];
  let cursor: string | null = null;
  do {
    const query = { q: 'r', limit: 2, sort: '-follower_count', ...(cursor === null ? {} : { cursor }) } as const;
    const page: Schemas['AccountCollection'] = given(await api.GET('/accounts', { params: { query } }));
    expect([page.data.length <= 2, page.filters], [true, { q: 'r', order_by: 'follower_count', order_direction: 'desc' }]);
    found.push(...page.data.filter(({ metadata }) => metadata?.['set'] === SET.set));
    cursor = page.pagination.next_cursor;
  } while (cursor !== null);
  expect(found, wanted);
});

await check('the tutorial: the set is charted', async () => {
  for (const { creator, account } of members.values()) {
    const { data, meta } = given(await api.GET('/creators/{creator_id}/analytics/timeseries', { params: { path: { creator_id: creator.id }, query: { period: '30d' } } }));
    const followers = data.map((point) => point.followers);
    expect(followers, [...Array<null>(29).fill(null), account.follower_count]);
    expect([chart(followers), meta.is_complete, meta.totals.followers], [`${' '.repeat(29)}█`, false, account.follower_count]);
    const posts = given(await api.GET('/account-videos', { params: { query: { account_id: account.id, limit: 1, include_total: true } } }));
    expect(posts.pagination.total_count, account.total_post_count);
  }
});

await check('the tutorial: what is taken away is gone from every list', async () => {
  for (const { creator, account } of members.values()) {
    expect((await api.DELETE('/accounts/{account_id}', { params: { path: { account_id: account.id } } })).response.status, 204);
    expect((await api.DELETE('/creators/{creator_id}', { params: { path: { creator_id: creator.id } } })).response.status, 204);
  }
  const names = given(await api.GET('/creators')).data.map(({ name }) => name);
  expect(names.filter((name) => members.has(name)), []);
  const { data: found } = given(await api.GET('/search', { params: { query: { q: 'rival_' } } }));
  expect(found, { accounts: [], creators: [], videos: [] });
});
