// The clients and validators of REST v2 that are written in Python, in an environment of their own.
import path from 'node:path';
import { relayed } from './checks.mjs';

const HERE = import.meta.dirname;

export async function examine(base, key, report) {
  for (const program of ['rest.py', 'generated.py']) relayed(report, 'REST', process.env.OUTSIDE_PYTHON, [path.join(HERE, program), base, key, HERE]);
}
