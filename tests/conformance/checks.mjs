// What every suite is made of: checks that report, comparisons that throw, and plain questions to the server.
import { spawnSync } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';

const PATIENCE_MS = 120_000;

export function checks(report, suite) {
  return async function check(name, act) {
    try {
      await act();
      report(`${suite}: ${name}`);
    } catch (error) {
      report(`${suite}: ${name}`, String(error.message || error.reason || error).slice(0, 600));
    }
  };
}

export function expect(found, wanted) {
  if (!isDeepStrictEqual(found, wanted)) throw new Error(`found ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
}

// What a program prints that must end well.
export function printed(folder, command, args, environment = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8', env: { ...process.env, ...environment }, timeout: PATIENCE_MS });
  if (status !== 0) throw new Error((stdout + stderr).trim());
  return stdout;
}

// Runs a program that prints what it checked, a line of JSON each: a name, and what is wrong when something is.
export function relayed(report, suite, command, args, environment = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, ...environment }, timeout: PATIENCE_MS });
  for (const line of stdout.split('\n').filter(Boolean)) {
    const { name, problem } = JSON.parse(line);
    report(`${suite}: ${name}`, problem);
  }
  if (status !== 0) report(`${suite}: the program ended`, stderr.slice(-600));
}

export function authorized(key) {
  return { authorization: `Bearer ${key}` };
}

// Asks without any client: what the clients' answers are compared with. Throws when there are errors.
export function asking(base, key) {
  return async function ask(query, variables = {}) {
    const headers = { ...authorized(key), 'content-type': 'application/json' };
    const answer = await fetch(`${base}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    const { data, errors } = await answer.json();
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  };
}
