// The linters of schemas, graphql-schema-linter and graphql-eslint, over the schema, and that of operations over the worked examples.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { ESLint } from 'eslint';
import plugin from '@graphql-eslint/eslint-plugin';
import { checks, expect } from './checks.mjs';

const HERE = import.meta.dirname;
const SCHEMA = path.join(HERE, 'schema.graphql');
// In the order of their numbers, which is not that of their letters.
const NATURAL_ORDER = { 'enum-values-sorted-alphabetically': ['WindowPreset'] };
const RULES = {
  ...plugin.configs['flat/schema-recommended'].rules,
  ...plugin.configs['flat/schema-relay'].rules,
  // nodes(ids:) and the shortcut nodes of a connection are lists of no edges.
  '@graphql-eslint/relay-edge-types': ['error', { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false }],
  '@graphql-eslint/require-description': ['error', { types: true, FieldDefinition: true, InputValueDefinition: true, EnumValueDefinition: true, DirectiveDefinition: true }],
  '@graphql-eslint/require-deprecation-reason': 'error',
  // Relay, Apollo and urql want ids of what can be read again; buckets, metrics and pages cannot.
  '@graphql-eslint/strict-id-in-types': 'off',
};

export async function lint(sdl, report) {
  const check = checks(report, 'linters');
  writeFileSync(SCHEMA, sdl);
  await check('what is served is schema.graphql', () => {
    const exported = readFileSync(process.env.EXPORTED_SCHEMA, 'utf8');
    if (`${printSchema(lexicographicSortSchema(buildSchema(exported)))}\n` !== sdl) throw new Error('they differ');
  });
  await check('graphql-schema-linter, every rule', () => {
    const command = ['--format', 'json', '--ignore', JSON.stringify(NATURAL_ORDER), SCHEMA];
    const { stdout, stderr } = spawnSync(path.join(HERE, 'node_modules/.bin/graphql-schema-linter'), command, { encoding: 'utf8' });
    if (!stdout) throw new Error(stderr);
    expect(JSON.parse(stdout).errors.map(({ message, location }) => `${location.line}: ${message}`), []);
  });
  await check('graphql-eslint, recommended and relay', async () => {
    const found = await findings('schema.graphql', RULES);
    expect(found.map(said), []);
  });
  await check('graphql-eslint, recommended for operations, over the worked examples', async () => {
    // People read the examples; caches that want ids add them.
    const rules = { ...plugin.configs['flat/operations-recommended'].rules, '@graphql-eslint/require-selections': 'off' };
    expect((await findings('examples/*.graphql', rules)).map(said), []);
  });
}

async function findings(files, rules) {
  const parserOptions = { graphQLConfig: { schema: SCHEMA, documents: path.join(HERE, 'examples/*.graphql') } };
  const overrideConfig = [{ files: ['**/*.graphql'], languageOptions: { parser: plugin.parser, parserOptions }, plugins: { '@graphql-eslint': plugin }, rules }];
  const results = await new ESLint({ cwd: HERE, overrideConfigFile: true, overrideConfig }).lintFiles([files]);
  if (results.length === 0) throw new Error(`no file is ${files}`);
  return results.flatMap(({ messages }) => messages);
}

function said({ ruleId, line, message }) {
  return `${line}: ${message} (${ruleId})`;
}
