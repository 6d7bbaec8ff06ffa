// graphql-codegen over the schema, a client's documents and the worked examples; tsc --strict over what it made; then the client runs.
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checks, printed } from './checks.mjs';

const HERE = path.join(import.meta.dirname, 'codegen');
const COMMANDS = path.join(import.meta.dirname, 'node_modules/.bin');

export async function generate(base, key, sdl, report) {
  const check = checks(report, 'graphql-codegen');
  for (const made of ['generated', 'compiled']) rmSync(path.join(HERE, made), { recursive: true, force: true });
  writeFileSync(path.join(HERE, 'schema.graphql'), sdl);
  await check('types are made of every document', () => printed(HERE, path.join(COMMANDS, 'graphql-codegen-esm'), ['--config', 'codegen.cjs', '--no-silent']));
  await check('tsc finds nothing amiss', () => printed(HERE, path.join(COMMANDS, 'tsc'), ['--project', '.']));
  await check('the typed client runs', () => printed(HERE, process.execPath, ['compiled/client.js'], { BASE: base, KEY: key }));
}
