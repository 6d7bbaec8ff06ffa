// The document of REST v2 in others' hands: a linter, types that are made of it, tsc --strict over clients with these, and the clients.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { checks, expect, printed, relayed } from './checks.mjs';

const HERE = path.join(import.meta.dirname, 'openapi');
const COMMANDS = path.join(import.meta.dirname, 'node_modules/.bin');
// It tells nobody that it ran, and does not look for a newer one.
const QUIET = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };

export async function type(base, key, report) {
  const check = checks(report, 'OpenAPI');
  const document = `${base}/v2/openapi.json`;
  rmSync(path.join(HERE, 'compiled'), { recursive: true, force: true });
  await check('redocly finds nothing amiss, by every recommended rule', () => {
    const found = printed(HERE, path.join(COMMANDS, 'redocly'), ['lint', document, '--extends=recommended-strict', '--format=json'], QUIET);
    const { totals, problems } = JSON.parse(found);
    expect([totals, problems], [{ errors: 0, warnings: 0, ignored: 0 }, []]);
  });
  // Without the option, what has a default would have to be sent.
  await check('openapi-typescript makes types', () => printed(HERE, path.join(COMMANDS, 'openapi-typescript'), [document, '--default-non-nullable=false', '--output', 'v2.ts']));
  await check('tsc finds nothing amiss', () => printed(HERE, path.join(COMMANDS, 'tsc'), ['--project', '.']));
  for (const client of ['examples.js', 'tutorial.js']) relayed(report, 'OpenAPI', process.execPath, [path.join(HERE, 'compiled', client)], { BASE: base, KEY: key });
}
