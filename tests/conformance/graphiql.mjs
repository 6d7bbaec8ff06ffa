// GraphiQL in headless Chromium. Every request to another host is refused and counted.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const SCREENSHOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'graphiql.png');
const PATIENCE = { timeout: 20_000 };
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export async function browse(base, key, executablePath, report) {
  const profile = mkdtempSync(path.join(tmpdir(), 'creatorgraph-browser-'));
  const browser = await chromium.launchPersistentContext(profile, { executablePath, headless: true, viewport: { width: 1440, height: 900 }, args: ARGUMENTS });
  const outside = [];
  const complaints = [];
  async function check(name, act) {
    try {
      await act();
      report(name);
    } catch (error) {
      report(name, String(error.message ?? error).split('\n')[0]);
    }
  }
  try {
    const page = await browser.newPage();
    await page.route('**/*', (route) => {
      const asked = new URL(route.request().url());
      if (asked.origin === base || ['data:', 'blob:'].includes(asked.protocol)) return route.continue();
      outside.push(asked.href);
      return route.abort();
    });
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));

    const text = (selector) => page.locator(selector).first().innerText(PATIENCE);
    const until = (selector, pattern) =>
      page.waitForFunction(([s, p]) => new RegExp(p).test(document.querySelector(s)?.innerText ?? ''), [selector, pattern], PATIENCE);

    await check('GraphiQL: the page opens under a strict policy', async () => {
      const answer = await page.goto(`${base}/`, { waitUntil: 'load', timeout: 30_000 });
      expect(answer.status(), 200);
      expect(answer.url(), `${base}/graphql`);
      expect(/script-src 'self' 'nonce-[^']+';/.test(answer.headers()['content-security-policy']), true);
    });
    await check('GraphiQL: the editor holds the first query', async () => {
      await until('.graphiql-query-editor .CodeMirror', 'query FirstLook');
    });
    await check('GraphiQL: the demo needs no typing of keys', async () => {
      expect(await page.inputValue('#key'), key);
      await until('#note', '^Creatorgraph demo$');
    });
    await check('GraphiQL: the documentation explorer is open and shows the schema', async () => {
      await until('.graphiql-doc-explorer', 'query: Query');
      await page.locator('.graphiql-doc-explorer a', { hasText: 'Query' }).first().click(PATIENCE);
      await until('.graphiql-doc-explorer', 'The tracked accounts, most recently added first\\.');
    });
    await check('GraphiQL: the first query runs and shows the demo', async () => {
      await page.click('button.graphiql-execute-button');
      await until('.graphiql-response', '"followerCount"');
      const shown = await page.evaluate(() => document.querySelector('.graphiql-response .CodeMirror').CodeMirror.getValue());
      const { data, errors } = JSON.parse(shown);
      expect(errors, undefined);
      expect(data.viewer.organization.name, 'Creatorgraph demo');
      expect(data.accounts.totalCount, 12);
      expect(data.accounts.nodes.length, 5);
      for (const account of data.accounts.nodes) {
        expect(account.followerCount > 0, true);
        expect(account.timeseries.buckets.length, 7);
        expect(account.timeseries.buckets.some(({ views }) => views > 0), true);
      }
    });
    await page.screenshot({ path: SCREENSHOT });
    await check('GraphiQL: nothing is asked of other hosts', () => expect(outside.join(' '), ''));
    await check('GraphiQL: the console stays quiet', () => expect(complaints.join(' '), ''));

    await check('GraphiQL: a key is kept in the browser', async () => {
      await page.fill('#key', 'not-a-key');
      await page.press('#key', 'Enter');
      await until('#note', '^This API key is not known\\.');
      await page.reload();
      expect(await page.inputValue('#key'), 'not-a-key');
    });
    await check('GraphiQL: without a key it says what to do', async () => {
      await page.fill('#key', '');
      await page.press('#key', 'Enter');
      await until('#note', '^An API key is needed\\.');
      expect((await text('#note')).length > 0, true);
    });
    console.log('Screenshot: .cache/graphiql.png');
  } finally {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

function expect(found, wanted) {
  if (found !== wanted) throw new Error(`found ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
}
