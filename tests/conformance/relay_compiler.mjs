// relay-compiler over the documents in relay/. What it makes of them is what relay_runtime.mjs runs.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { checks, expect } from './checks.mjs';

const HERE = path.join(import.meta.dirname, 'relay');
const ARTIFACTS = path.join(HERE, 'artifacts');
const CONFIG = { src: '.', schema: 'schema.graphql', language: 'javascript', artifactDirectory: 'artifacts', eagerEsModules: false, noFutureProofEnums: true };

export async function compile(sdl, report) {
  const check = checks(report, 'relay-compiler');
  rmSync(ARTIFACTS, { recursive: true, force: true });
  mkdirSync(ARTIFACTS);
  writeFileSync(path.join(HERE, 'schema.graphql'), sdl);
  writeFileSync(path.join(HERE, 'relay.config.json'), JSON.stringify(CONFIG));
  writeFileSync(path.join(ARTIFACTS, 'package.json'), '{"type": "commonjs"}');
  await check('every document compiles', () => {
    const compiler = path.join(import.meta.dirname, 'node_modules/.bin/relay-compiler');
    const { status, stdout, stderr } = spawnSync(compiler, ['relay.config.json'], { cwd: HERE, encoding: 'utf8', env: { ...process.env, FORCE_NO_WATCHMAN: '1' } });
    if (status !== 0) throw new Error(stdout + stderr);
    const modules = readdirSync(HERE).filter((name) => name.endsWith('.js'));
    expect(modules.filter((name) => readdirSync(ARTIFACTS).every((made) => !made.startsWith(name.slice(0, -3)))), []);
  });
}

export function artifact(name) {
  return createRequire(path.join(ARTIFACTS, 'index.js'))(`./${name}.graphql.js`);
}
