// What every suite is made of: checks that report, comparisons that throw, and plain questions to the server.
import { isDeepStrictEqual } from 'node:util';

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
