// What the clients are made of: questions whose types are those of the document, and checks that report, a line of JSON each.
import { isDeepStrictEqual } from 'node:util';
import createClient from 'openapi-fetch';
import type { components, paths } from './v2.js';

export type Schemas = components['schemas'];
export type Problem = Schemas['Problem'];
export const BASE = `${process.env['BASE']}/v2`;
export const NOBODY = '00000000-0000-4000-8000-000000000000';
export const stranger = createClient<paths>({ baseUrl: BASE });
export const api = createClient<paths>({ baseUrl: BASE, headers: { Authorization: `Bearer ${process.env['KEY']}` } });

export async function check(name: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
    console.log(JSON.stringify({ name }));
  } catch (error) {
    console.log(JSON.stringify({ name, problem: String(error).slice(0, 600) }));
  }
}

export function expect(found: unknown, wanted: unknown): void {
  if (!isDeepStrictEqual(found, wanted)) throw new Error(`found ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
}

// The body of an answer that was no refusal.
export function given<Body>({ data, error }: { data?: Body; error?: unknown }): Body {
  if (data === undefined) throw new Error(JSON.stringify(error));
  return data;
}

export function first<Item>(items: Item[]): Item {
  const [item] = items;
  if (item === undefined) throw new Error('there is none');
  return item;
}

// That an answer is a refusal, every member of it as it should be; its detail is for people.
export function refused({ error, response }: { error?: Problem; response: Response }, wanted: Pick<Problem, 'status' | 'title' | 'code'> & Partial<Problem>): void {
  expect([response.status, response.headers.get('content-type')], [wanted.status, 'application/problem+json']);
  if (error === undefined || error.detail === '') throw new Error('a refusal says what is wrong');
  const type = `urn:creatorgraph:error:${wanted.code.toLowerCase().replaceAll('_', '-')}`;
  const usual = { type, errors: null, existing_id: null, detail: error.detail, instance: new URL(response.url).pathname, request_id: response.headers.get('x-request-id') };
  expect(error, { ...usual, ...wanted });
}

export function sum(values: (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

// Every date of a window, both ends included.
export function dates(start: string, end: string): string[] {
  const found = [];
  for (const day = new Date(start); day <= new Date(end); day.setUTCDate(day.getUTCDate() + 1)) found.push(day.toISOString().slice(0, 10));
  return found;
}
