// usage: node main.mjs PORT DATA_DIR
// Runs every suite, a line for each, and ends with the line "N passed, N failed"; the exit code is 1 when something failed.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { cacheInApollo } from './apollo.mjs';
import { audit } from './audits.mjs';
import { asking } from './checks.mjs';
import { generate } from './codegen.mjs';
import { runExamples } from './examples.mjs';
import { browse } from './graphiql.mjs';
import { lint } from './linters.mjs';
import { type } from './openapi.mjs';
import { consult } from './reference.mjs';
import { compile } from './relay_compiler.mjs';
import { walk } from './relay_runtime.mjs';
import { examine } from './rest.mjs';
import { readSchema } from './schema.mjs';
import { follow } from './subscriptions.mjs';
import { cacheInUrql } from './urql.mjs';

const [port, data] = process.argv.slice(2);
const base = `http://127.0.0.1:${port}`;
const PATIENCE_MS = 90_000;
const HOUR_MS = 3_600_000;
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

async function suite(name, run) {
  const [passedBefore, failedBefore, started] = [passed, failed, Date.now()];
  await run().catch((error) => report(name, error.stack));
  console.log(`${name}: ${passed - passedBefore} passed, ${failed - failedBefore} failed, ${((Date.now() - started) / 1000).toFixed(1)} s`);
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

async function historyIsComplete() {
  const { accounts } = await asking(base, key)('{ accounts(first: 200) { nodes { lastRefreshedAt } } }');
  return accounts.nodes.every(({ lastRefreshedAt }) => Date.now() - Date.parse(lastRefreshedAt) < HOUR_MS);
}

await until('the API answers', async () => (await fetch(`${base}/health`)).ok);
const key = readFileSync(path.join(data, 'demo-key'), 'utf8').trim();
const served = await readSchema(base, key);

await suite('audits of GraphQL over HTTP', () => audit(`${base}/graphql`, key, report));
await suite('schema linters', () => lint(served.sdl, report));
await suite('relay-compiler', () => compile(served.sdl, report));
await until("the demo's history is complete, so that lists do not grow any more", historyIsComplete);
await suite('graphql-codegen', () => generate(base, key, served.sdl, report));
await suite('worked examples', () => runExamples(base, key, report));
await suite('relay-runtime', () => walk(base, key, served.schema, report));
await suite('Apollo Client', () => cacheInApollo(base, key, served.schema, report));
await suite('urql', () => cacheInUrql(base, key, served, report));
await suite('subscriptions', () => follow(base, key, report));
await suite('REST clients', () => examine(base, key, report));
await suite('REST in TypeScript', () => type(base, key, report));
for (const [name, look] of [['GraphiQL in a browser', browse], ['REST reference in a browser', consult]]) {
  if (existsSync(chromium)) await suite(name, () => look(base, key, chromium, report));
  else if (process.env.CI === 'true') report(name, `there is no ${chromium}`);
  else console.log(`Skipped ${name}: there is no ${chromium}`);
}

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
