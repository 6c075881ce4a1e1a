/** Answers as the OpenAPI document describes them. */
import type { z } from '@hono/zod-openapi';
import { type ProblemCode, problemCodes, statusOf, titleOf, typeOf } from './table.ts';
import { ProblemSchema } from '../schemas/problem.ts';

export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

/** Of every route: the code of the route's own faults come on top. Problems are thrown, so they take no part in handlers' types. */
const always: readonly ProblemCode[] = ['bad_request', 'unauthorized', 'too_many_wrong_keys', 'foreign_host', 'internal_error'];

/** Of every route that changes something. */
const alwaysOfPost: readonly ProblemCode[] = ['cross_site_request', 'payload_too_large'];

export function problems(...codes: ProblemCode[]): Record<never, never> {
  return responsesFor([...always, ...codes]);
}

export function problemsOfPost(...codes: ProblemCode[]): Record<never, never> {
  return responsesFor([...always, ...alwaysOfPost, ...codes]);
}

/** Routes that are open to everybody and can't be called wrongly. */
export function openProblems(...codes: ProblemCode[]): Record<never, never> {
  return responsesFor(['foreign_host', 'internal_error', ...codes]);
}

function responsesFor(codes: readonly ProblemCode[]): Record<never, never> {
  const byStatus = Map.groupBy(
    problemCodes.filter((code) => codes.includes(code)),
    statusOf,
  );
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      status,
      {
        description: ofStatus.map((code) => `\`${code}\`: ${titleOf(code)}`).join('. '),
        ...(status === 429 || status === 503
          ? { headers: { 'Retry-After': { schema: { type: 'integer' }, description: 'Seconds' } } }
          : {}),
        content: {
          'application/problem+json': {
            schema: ProblemSchema,
            examples: Object.fromEntries(ofStatus.map((code) => [code, { value: example(code) }])),
          },
        },
      },
    ]),
  );
}

const example = (code: ProblemCode) => ({
  type: typeOf(code),
  title: titleOf(code),
  status: statusOf(code),
  detail: code === 'invalid_request' ? 'instance_count must be at least 1' : titleOf(code),
  code,
  request_id: '0e7a1b0c-52a3-4d5e-9f6b-1c2d3e4f5a6b',
  ...(code === 'invalid_request' ? { errors: [{ field: 'instance_count', detail: 'must be at least 1' }] } : {}),
  ...(code === 'not_ready' ? { checks: { redis: 'connect ECONNREFUSED 127.0.0.1:6379', database: 'ok' } } : {}),
});
