/** Responses as the OpenAPI document describes them. */
import type { z } from '@hono/zod-openapi';
import { type ProblemCode, problemCodes, problemInstance, problems, problemType } from './table.ts';
import { ProblemSchema } from '../schemas/problem.ts';

export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

const ofEveryRoute: readonly ProblemCode[] = ['foreign_host', 'internal_error'];
const ofRoutesWithKey: readonly ProblemCode[] = ['bad_request', 'unauthorized', 'too_many_wrong_keys'];
/** Every key may read. */
const ofChanges: readonly ProblemCode[] = [
  'forbidden',
  'cross_site_request',
  'payload_too_large',
  'unsupported_media_type',
  'invalid_request',
];

/** Of a route that needs no key and cannot be called wrongly. Problems are thrown, so they take no part in the types of handlers. */
export const openProblems = (...codes: ProblemCode[]) => problemResponses([...ofEveryRoute, ...codes]);

/** Of a route that reads: the codes that every such route has, and its own. */
export const readProblems = (...codes: ProblemCode[]) => openProblems(...ofRoutesWithKey, ...codes);

/** Of a route that changes something: it may have a body. */
export const changeProblems = (...codes: ProblemCode[]) => readProblems(...ofChanges, ...codes);

function problemResponses(codes: readonly ProblemCode[]): Record<never, never> {
  const byStatus = Map.groupBy(
    problemCodes.filter((code) => codes.includes(code)),
    (code) => problems[code].status,
  );
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      status,
      {
        description: ofStatus.map((code) => `\`${code}\`: ${problems[code].title}`).join('. '),
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

const exampleId = '0e7a1b0c-52a3-4d5e-9f6b-1c2d3e4f5a6b';

const example = (code: ProblemCode) => ({
  type: problemType(code, '/model-init'),
  ...problems[code],
  detail: code === 'invalid_request' ? 'instance_count must be at least 1' : problems[code].title,
  instance: problemInstance(exampleId),
  code,
  request_id: exampleId,
  ...(code === 'invalid_request'
    ? { errors: [{ field: 'instance_count', detail: 'must be at least 1', pointer: '#/instance_count' }] }
    : {}),
  ...(code === 'not_ready' ? { checks: { redis: 'connect ECONNREFUSED 127.0.0.1:6379', database: 'ok' } } : {}),
});
