// The schema of the running server, as the tools take it.
import { buildClientSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } from 'graphql';
import { asking } from './checks.mjs';

export async function readSchema(base, key) {
  const introspection = await asking(base, key)(getIntrospectionQuery({ oneOf: true, specifiedByUrl: true, inputValueDeprecation: true }));
  const schema = lexicographicSortSchema(buildClientSchema(introspection));
  return { schema, introspection, sdl: `${printSchema(schema)}\n` };
}
