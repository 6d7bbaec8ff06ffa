// GraphiQL's worked examples as they stand: on the demo each of them shows figures, none of them empty.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { OperationTypeNode, parse } from 'graphql';
import { asking, checks, expect } from './checks.mjs';

const FOLDER = path.join(import.meta.dirname, 'examples');

export async function runExamples(base, key, report) {
  const check = checks(report, 'worked examples');
  const ask = asking(base, key);
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.graphql')).sort()) {
    const text = readFileSync(path.join(FOLDER, file), 'utf8');
    if (parse(text).definitions[0].operation !== OperationTypeNode.QUERY) continue;
    await check(file, async () => {
      let variables = {};
      if (/\(\s*\$/.test(text)) variables = JSON.parse(readFileSync(path.join(FOLDER, file.replace('.graphql', '.json')), 'utf8'));
      const data = await ask(text, variables);
      expect(Object.keys(data).filter((name) => data[name] === null), []);
      expect(emptyLists(data), []);
    });
  }
}

function emptyLists(value, place = '') {
  if (value === null || typeof value !== 'object') return [];
  if (Array.isArray(value) && value.length === 0) return [place];
  return Object.entries(value).flatMap(([name, member]) => emptyLists(member, Array.isArray(value) ? place : `${place}.${name}`));
}
