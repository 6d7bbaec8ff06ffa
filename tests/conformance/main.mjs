// usage: node main.mjs PORT DATA_DIR
// Runs every suite and ends with the line "N passed, N failed"; the exit code is 1 when something failed.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { audit } from './audits.mjs';
import { browse } from './graphiql.mjs';

const [port, data] = process.argv.slice(2);
const base = `http://127.0.0.1:${port}`;
const PATIENCE_MS = 90_000;
const chromium = '/usr/bin/chromium';
let passed = 0;
let failed = 0;

function report(name, problem) {
  if (problem === undefined) passed += 1;
  else {
    failed += 1;
    console.log(`FAILED ${name}: ${problem}`);
  }
}

async function until(what, holds) {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > deadline) {
      console.log(`Waited in vain until ${what}`);
      process.exit(2);
    }
    await pause(200);
  }
}

async function lastWeekIsFilled() {
  const query = '{ accounts(first: 5) { nodes { timeseries(window: { last: LAST_7_DAYS }) { buckets { observed } } } } }';
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const answer = await fetch(`${base}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return (await answer.json()).data.accounts.nodes.every(({ timeseries }) => timeseries.buckets.slice(0, -1).every(({ observed }) => observed));
}

await until('the API answers', async () => (await fetch(`${base}/health`)).ok);
const key = readFileSync(path.join(data, 'demo-key'), 'utf8').trim();
await audit(`${base}/graphql`, key, report);
if (existsSync(chromium)) {
  await until('the demo has figures of the last week', lastWeekIsFilled);
  await browse(base, key, chromium, report);
} else if (process.env.CI === 'true') report('GraphiQL in a browser', `there is no ${chromium}`);
else console.log(`Skipped GraphiQL in a browser: there is no ${chromium}`);

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
