// The contract's examples against the demo: what does not fit the document does not compile. usage: BASE= KEY= node examples.js
import { BASE, NOBODY, api, check, dates, expect, first, given, refused, stranger, sum } from './asking.js';
import type { Schemas } from './asking.js';

await check('who asks, and where the API stands', async () => {
  const whoami = given(await api.GET('/whoami')).data;
  expect([whoami.type, whoami.api_key_name], ['whoami', 'Demo']);
  const links = { docs_url: `${BASE}/docs`, openapi_url: `${BASE}/openapi.json`, whoami_url: `${BASE}/whoami` };
  expect(given(await stranger.GET('/meta')).data, { type: 'api_meta', api_version: 'v2', status: 'current', ...links, deprecation: null, sunset: null });
  expect(given(await stranger.GET('/health')).data, { type: 'health', status: 'ok' });
});

await check('a list is walked with its cursor', async () => {
  const asked = { platform: 'instagram', limit: 4, order_by: 'username', order_direction: 'asc', include_total: true } as const;
  const filters = { platform: 'instagram', order_by: 'username', order_direction: 'asc' };
  const listed = await api.GET('/accounts', { params: { query: asked } });
  const page = given(listed);
  const cursor = page.pagination.next_cursor;
  if (cursor === null) throw new Error('there is a next page');
  expect(page.data.map(({ username }) => username), ['ada.makes', 'kai.rides', 'northlight.photo', 'riverside.cafe']);
  expect([page.pagination, page.filters], [{ has_next: true, limit: 4, next_cursor: cursor, total_count: 6 }, filters]);
  const whole = `${BASE}/accounts?${new URLSearchParams(Object.entries(asked).map(([name, value]) => [name, String(value)]))}`;
  expect(listed.response.headers.get('link'), `<${whole}>; rel="first", <${whole}&cursor=${cursor}>; rel="next"`);
  const rest = given(await api.GET('/accounts', { params: { query: { ...asked, cursor } } }));
  expect(rest.data.map(({ username }) => username), ['slowtravel.jo', 'studio.verde']);
  expect([rest.pagination, rest.filters], [{ has_next: false, limit: 4, next_cursor: null, total_count: 6 }, filters]);
  refused(await api.GET('/accounts', { params: { query: { ...asked, platform: 'tiktok', cursor } } }), {
    ...{ status: 422, title: 'Unprocessable Entity', code: 'VALIDATION_ERROR' },
    errors: [{ field: 'cursor', message: 'This cursor was not issued for this list, filter and order. Start again without a cursor.' }],
  });
});

await check('what is known is not sent again', async () => {
  const { response } = await api.GET('/accounts');
  const etag = response.headers.get('etag') ?? '';
  expect([/^"[^"]+"$/.test(etag), response.headers.get('cache-control')], [true, 'private, no-cache']);
  const again = await api.GET('/accounts', { headers: { 'If-None-Match': etag } });
  expect([again.response.status, again.response.headers.get('etag'), again.data], [304, etag, undefined]);
});

await check('an idempotency key creates once', async () => {
  const body: Schemas['NewCreator'] = { name: 'Typed creator', metadata: { set: 'typed' } };
  const header = { 'Idempotency-Key': 'typed creator' };
  const made = await api.POST('/creators', { params: { header }, body });
  const { data: creator } = given(made);
  const summary = { total: 0, platforms: {}, total_followers: 0 };
  expect(creator, { type: 'creator', id: creator.id, ...body, is_active: true, platform: null, accounts_summary: summary });
  expect([made.response.status, made.response.headers.get('location')], [201, `/v2/creators/${creator.id}`]);
  const again = await api.POST('/creators', { params: { header }, body });
  expect([again.response.status, again.response.headers.get('location'), given(again).data], [201, `/v2/creators/${creator.id}`, creator]);
  const other = await api.POST('/creators', { params: { header }, body: { name: 'Another' } });
  refused(other, { status: 409, title: 'Conflict', code: 'CONFLICT' });
  const path = { creator_id: creator.id };
  const changed = given(await api.PATCH('/creators/{creator_id}', { params: { path }, body: { metadata: { kept: 'this' } } })).data;
  expect(changed, { ...creator, metadata: { kept: 'this' } });
  expect((await api.DELETE('/creators/{creator_id}', { params: { path } })).response.status, 204);
  refused(await api.DELETE('/creators/{creator_id}', { params: { path } }), { status: 404, title: 'Not Found', code: 'NOT_FOUND' });
});

await check('a series has a row a day, and its window adds them up', async () => {
  const creator = first(given(await api.GET('/creators')).data);
  const path = { creator_id: creator.id };
  const { data: points, meta } = given(await api.GET('/creators/{creator_id}/analytics/timeseries', { params: { path, query: { period: '30d' } } }));
  expect([points.length, meta.period, meta.mode, meta.is_complete], [30, '30d', 'gain', true]);
  expect(points.map(({ date }) => date), dates(meta.start_date, meta.end_date));
  expect(points.map((point) => point.is_partial), points.map((_, place) => place === 29));
  const last = points.at(-1);
  for (const counter of ['views', 'likes', 'comments', 'shares'] as const) expect(meta.totals[counter], sum(points.map((point) => point[counter])));
  expect([last?.followers, meta.totals.followers], [creator.accounts_summary.total_followers, creator.accounts_summary.total_followers]);
  const query = { start_date: meta.start_date, end_date: meta.end_date };
  const daily = given(await api.GET('/creators/{creator_id}/analytics', { params: { path, query } }));
  expect([daily.data, daily.meta], [points, { ...meta, period: 'custom' }]);
  const breakdown = given(await api.GET('/creators/{creator_id}/analytics/breakdown', { params: { path, query: { metric: 'likes', period: '30d' } } }));
  expect(breakdown.data.map(({ value }) => value), points.map(({ likes }) => likes));
  expect([breakdown.meta.metric, breakdown.meta.total, breakdown.meta.change_pct], ['likes', meta.totals.likes, meta.changes.likes_pct]);
});

await check('a batch has what each account has', async () => {
  const accounts = given(await api.GET('/accounts', { params: { query: { limit: 3, platform: 'tiktok' } } })).data;
  const { data, meta } = given(await api.POST('/accounts/metrics', { body: { account_ids: [...accounts.map(({ id }) => id), NOBODY], period: '7d' } }));
  expect(Object.keys(data).sort(), accounts.map(({ id }) => id).sort());
  expect([meta.period, meta.count, meta.not_found, dates(meta.start_date, meta.end_date).length], ['7d', 3, [NOBODY], 7]);
  for (const { id, follower_count } of accounts) {
    const { meta: whole } = given(await api.GET('/accounts/{account_id}/analytics/timeseries', { params: { path: { account_id: id }, query: { period: '7d' } } }));
    const { follower_change: change, ...figures } = data[id] as Schemas['AccountBatchFigures'];
    expect({ ...figures, saves: null }, { ...whole.totals, engagement_rate: whole.totals.engagement_rate ?? 0 });
    expect([figures.followers, Number.isInteger(change)], [follower_count, true]);
  }
});

await check('deltas are what was gained by the days that end today', async () => {
  const videos = given(await api.GET('/account-videos', { params: { query: { limit: 3, order_by: 'view_count' } } })).data;
  const { data, meta } = given(await api.POST('/videos/deltas', { body: { video_ids: [...videos.map(({ id }) => id), NOBODY], windows: [7, 30, 7] } }));
  expect(meta, { windows: [7, 30], video_count: 3, not_found: [NOBODY] });
  for (const { id } of videos) {
    const totals = [];
    for (const period of ['7d', '30d'] as const) {
      const series = given(await api.GET('/account-videos/{account_video_id}/analytics/timeseries', { params: { path: { account_video_id: id }, query: { period } } }));
      totals.push([period, series.meta.totals.views]);
    }
    expect(data[id], Object.fromEntries(totals));
  }
});

await check('the leaderboard ranks, and the overview sums up', async () => {
  const { data: ranked, meta } = given(await api.GET('/creators/top', { params: { query: { period: '30d', limit: 3 } } }));
  expect([meta.period, meta.metric, meta.limit, ranked.map(({ rank }) => rank)], ['30d', 'views', 3, [1, 2, 3]]);
  const views = ranked.map((row) => row.views ?? 0);
  expect(views, [...views].sort((one, other) => other - one));
  const leader = first(ranked);
  const { meta: whole } = given(await api.GET('/creators/{creator_id}/analytics/timeseries', { params: { path: { creator_id: leader.id }, query: { period: '30d' } } }));
  const { rank: _rank, creator_id: same, id, name: _name, account_count: _count, ...figures } = leader;
  const { plays: _plays, saves: _saves, ...totals } = whole.totals;
  expect([same, figures], [id, totals]);
  const overview = given(await api.GET('/overview', { params: { query: { period: '7d' } } })).data;
  const { meta: week } = given(await api.GET('/analytics/timeseries', { params: { query: { period: '7d' } } }));
  expect([overview.current.total_views, overview.previous.total_views], [week.totals.views, week.previous.views]);
  expect([overview.changes.total_views_pct, overview.current.active_accounts], [week.changes.views_pct, 12]);
});

await check('text is searched for in three sections', async () => {
  const { data, meta } = given(await api.GET('/search', { params: { query: { q: 'KITCHEN', limit: 5 } } }));
  expect([data.creators.map(({ name }) => name), data.accounts, data.videos], [['Kitchen Table'], [], []]);
  expect(meta, { query: 'KITCHEN', limit_per_section: 5, effective_caps: { accounts: 5, creators: 5, videos: 5 } });
});

await check('refusals are typed problems', async () => {
  refused(await stranger.GET('/accounts'), { status: 401, title: 'Unauthorized', code: 'UNAUTHORIZED' });
  refused(await api.GET('/accounts/{account_id}', { params: { path: { account_id: NOBODY } } }), { status: 404, title: 'Not Found', code: 'NOT_FOUND' });
  refused(await api.GET('/accounts', { headers: { Accept: 'text/html' } }), { status: 406, title: 'Not Acceptable', code: 'NOT_ACCEPTABLE' });
  // @ts-expect-error The document names the platforms.
  const elsewhere = await api.POST('/accounts', { body: { platform: 'myspace', username: 'tom' } });
  refused(elsewhere, {
    ...{ status: 422, title: 'Unprocessable Entity', code: 'VALIDATION_ERROR' },
    errors: [{ field: 'platform', message: 'It takes one of instagram, tiktok.' }],
  });
  const there = first(given(await api.GET('/accounts')).data);
  const twice = await api.POST('/accounts', { body: { platform: there.platform, username: `@${there.username.toUpperCase()}` } });
  refused(twice, { status: 409, title: 'Conflict', code: 'CONFLICT', existing_id: there.id });
});
