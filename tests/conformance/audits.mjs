// The audits of GraphQL over HTTP that ship with the package graphql-http: MUST, SHOULD and MAY alike.
import { auditServer } from 'graphql-http';

export async function audit(url, key, report) {
  const withKey = (address, init = {}) => fetch(address, { ...init, headers: { authorization: `Bearer ${key}`, ...init.headers } });
  const results = await auditServer({ url, fetchFn: withKey });
  for (const result of results) report(result.name, result.status === 'ok' ? undefined : result.reason);
  report('there are 61 audits', results.length === 61 ? undefined : `there are ${results.length}`);
}
