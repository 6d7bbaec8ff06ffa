// The clients and validators of REST v2 that are written in Python, in an environment of their own.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

export async function examine(base, key, report) {
  const program = path.join(import.meta.dirname, 'rest.py');
  const { stdout, stderr, status } = spawnSync(process.env.OUTSIDE_PYTHON, [program, base, key, import.meta.dirname], { encoding: 'utf8', timeout: 120_000 });
  for (const line of stdout.split('\n').filter(Boolean)) {
    const { name, problem } = JSON.parse(line);
    report(`REST: ${name}`, problem);
  }
  if (status !== 0) report('REST: the program ended', stderr.slice(-600));
}
