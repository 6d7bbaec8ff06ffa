// GraphiQL in headless Chromium.
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { withPage } from './browser.mjs';
import { asking, checks, expect } from './checks.mjs';

const SCREENSHOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'graphiql.png');
const PATIENCE = { timeout: 20_000 };

export async function browse(base, key, executablePath, report) {
  const check = checks(report, 'GraphiQL');
  const ask = asking(base, key);
  await withPage(base, executablePath, async (page, outside, complaints) => {
    const text = (selector) => page.locator(selector).first().innerText(PATIENCE);
    const editor = (place) => page.evaluate((selector) => document.querySelector(`${selector} .CodeMirror`).CodeMirror.getValue(), place);
    const until = (selector, pattern) =>
      page.waitForFunction(([s, p]) => new RegExp(p).test(document.querySelector(s)?.innerText ?? ''), [selector, pattern], PATIENCE);

    await check('the page opens under a strict policy', async () => {
      const answer = await page.goto(`${base}/`, { waitUntil: 'load', timeout: 30_000 });
      expect(answer.status(), 200);
      expect(answer.url(), `${base}/graphql`);
      expect(/script-src 'self' 'nonce-[^']+';/.test(answer.headers()['content-security-policy']), true);
    });
    await check('the editor holds the first query', async () => {
      await until('.graphiql-query-editor .CodeMirror', 'query FirstLook');
    });
    await check('the demo needs no typing of keys', async () => {
      expect(await page.inputValue('#key'), key);
      await until('#note', '^Creatorgraph demo$');
    });
    await check('the documentation explorer is open and shows the schema', async () => {
      await until('.graphiql-doc-explorer', 'query: Query');
      await page.locator('.graphiql-doc-explorer a', { hasText: 'Query' }).first().click(PATIENCE);
      await until('.graphiql-doc-explorer', 'The tracked accounts, most recently added first');
    });
    await check('worked examples are open in tabs', async () => {
      const names = await page.locator('.graphiql-tab-button').allInnerTexts();
      expect(names, ['FirstLook', 'Overview', 'CreatorPage', 'AccountPage', 'Leaderboards', 'Breakdown']);
      expect(JSON.parse(await editor('.graphiql-editor-tool')), { window: { last: 'LAST_7_DAYS' } });
    });
    await check('Ctrl-Enter runs the first query and shows the demo', async () => {
      await page.click('.graphiql-query-editor .CodeMirror-lines');
      await page.keyboard.press('Control+Enter');
      await until('.graphiql-response', '"followerCount"');
      const { data, errors } = JSON.parse(await editor('.graphiql-response'));
      expect(errors, undefined);
      expect(data.viewer.organization.name, 'Creatorgraph demo');
      expect(data.accounts.totalCount, 14);
      expect(data.accounts.nodes.length, 5);
      for (const account of data.accounts.nodes) {
        expect(account.followerCount > 0, true);
        expect(account.timeseries.buckets.length, 7);
        expect(account.timeseries.buckets.some(({ views }) => views > 0), true);
      }
    });
    await page.screenshot({ path: SCREENSHOT });
    const entry = (name) => page.locator('#examples-panel button', { hasText: new RegExp(`^${name}`) }).click(PATIENCE);
    await check('any other example gets a tab of its own, once', async () => {
      const tabs = () => page.locator('.graphiql-tab-button').allInnerTexts();
      await page.click('#worked');
      await entry('search');
      await until('.graphiql-query-editor .CodeMirror', 'query Search');
      await until('.graphiql-tab:nth-child(7)', 'Search');
      const opened = await tabs();
      await page.click('button.graphiql-execute-button');
      await until('.graphiql-response', '"search"');
      const { data } = JSON.parse(await editor('.graphiql-response'));
      for (const section of ['creators', 'accounts', 'videos']) expect([section, data.search[section].length > 0], [section, true]);
      await entry('first look');
      await until('.graphiql-query-editor .CodeMirror', 'query FirstLook');
      await entry('search');
      await until('.graphiql-query-editor .CodeMirror', 'query Search');
      expect(await tabs(), opened);
    });
    await check('a subscription shows what happens', async () => {
      await entry('live');
      await until('.graphiql-tab:nth-child(8)', 'Live');
      await page.click('button.graphiql-execute-button');
      await pause(500); // nothing tells a client that its subscription has begun
      const input = { platform: 'TIKTOK', handle: 'seen_in_graphiql' };
      const { trackAccount } = await ask('mutation ($input: TrackAccountInput!) { trackAccount(input: $input) { account { id } } }', { input });
      try {
        await until('.graphiql-response', '"seen_in_graphiql"');
      } finally {
        await ask('mutation ($id: ID!) { removeAccount(input: { accountId: $id }) { removedAccountId } }', { id: trackAccount.account.id });
      }
      await page.click('button.graphiql-execute-button');
      await entry('search');
      await until('.graphiql-query-editor .CodeMirror', 'query Search');
    });
    await check('tabs of one\'s own are kept', async () => {
      const isStored = () => JSON.parse(localStorage.getItem('graphiql:tabState'))?.activeTabIndex === 6;
      await page.waitForFunction(isStored, undefined, PATIENCE);
      await page.reload();
      await until('.graphiql-query-editor .CodeMirror', 'query Search');
      expect(JSON.parse(await editor('.graphiql-editor-tool')), { text: 'the' });
    });
    await check('nothing is asked of other hosts', () => expect(outside.join(' '), ''));
    await check('the console stays quiet', () => expect(complaints.join(' '), ''));

    await check('a key is kept in the browser', async () => {
      await page.fill('#key', 'not-a-key');
      await page.press('#key', 'Enter');
      await until('#note', '^This API key is not known\\.');
      await page.reload();
      expect(await page.inputValue('#key'), 'not-a-key');
    });
    await check('without a key it says what to do', async () => {
      await page.fill('#key', '');
      await page.press('#key', 'Enter');
      await until('#note', '^An API key is needed\\.');
      expect((await text('#note')).length > 0, true);
    });
    console.log('Screenshot: .cache/graphiql.png');
  });
}
