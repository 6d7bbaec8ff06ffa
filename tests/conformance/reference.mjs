// The reference page of REST v2 in headless Chromium: read, filtered, tried out.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { withPage } from './browser.mjs';
import { checks, expect } from './checks.mjs';

const SCREENSHOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'reference.png');
const PATIENCE = { timeout: 20_000 };
const NARROW = { width: 760, height: 900 };

export async function consult(base, key, executablePath, report) {
  const check = checks(report, 'REST reference');
  const { paths } = await (await fetch(`${base}/v2/openapi.json`)).json();
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  await check('the page answers HEAD, and refuses what is not reading as a problem', async () => {
    const head = await fetch(`${base}/v2/docs`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type'), await head.text()], [200, 'text/html; charset=utf-8', '']);
    const refused = await fetch(`${base}/v2/docs`, { method: 'POST' });
    const { status, code } = await refused.json();
    expect([refused.status, status, code, refused.headers.get('allow')], [405, 405, 'BAD_REQUEST', 'GET, HEAD, OPTIONS']);
  });
  await withPage(base, executablePath, async (page, outside, complaints) => {
    const until = (selector, pattern) =>
      page.waitForFunction(([s, p]) => new RegExp(p).test(document.querySelector(s)?.innerText ?? ''), [selector, pattern], PATIENCE);
    const open = (id) => page.locator(`.opblock[id$="-${id}"] .opblock-summary-control`).click(PATIENCE);
    const execute = (id) => page.locator(`.opblock[id$="-${id}"] button.execute`).click(PATIENCE);
    const answerOf = async (id) => JSON.parse(await page.locator(`.opblock[id$="-${id}"] .live-responses-table .highlight-code code`).first().innerText(PATIENCE));

    await check('the page opens under a strict policy', async () => {
      const answer = await page.goto(`${base}/v2/docs`, { waitUntil: 'load', timeout: 30_000 });
      expect(answer.status(), 200);
      expect(/script-src 'self' 'nonce-[^']+';/.test(answer.headers()['content-security-policy']), true);
    });
    await check('every operation is there, under its tag', async () => {
      await until('.opblock-tag-section', 'Accounts');
      expect(await page.locator('.opblock').count(), operations.length);
      expect(await page.locator('.opblock-tag').count(), new Set(operations.flatMap(({ tags }) => tags)).size);
    });
    await check('the demo needs no typing of keys', async () => {
      expect(await page.inputValue('#key'), key);
      await until('#note', '^Demo$');
    });
    await page.screenshot({ path: SCREENSHOT });
    await check('an operation is tried out with the key', async () => {
      await open('list_top_creators');
      await execute('list_top_creators');
      const { data, meta } = await answerOf('list_top_creators');
      expect([meta.period, meta.metric, data[0].rank, data[0].views > 0], ['30d', 'views', 1, true]);
    });
    await check('a body is sent as its example is written', async () => {
      await open('get_account_metrics');
      await execute('get_account_metrics');
      const { data, meta } = await answerOf('get_account_metrics');
      expect([data, meta.count, meta.not_found.length], [{}, 0, 1]);
    });
    await check('operations are found by tag', async () => {
      await page.fill('.operation-filter-input', 'Overview');
      await page.waitForFunction(() => document.querySelectorAll('.opblock').length === 1, undefined, PATIENCE);
      await page.fill('.operation-filter-input', '');
    });
    await check('it fits a narrow window', async () => {
      await page.setViewportSize(NARROW);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), NARROW.width);
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
      await until('#note', '^Paste an API key');
    });
  });
}
