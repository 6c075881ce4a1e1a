/** Bull Board's own routes, which the OpenAPI document does not describe. */
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startApi } from '../api/harness.ts';
import { hostileBodies, hostileTexts } from './hostile-values.ts';
import { createSender, type Sent } from './send.ts';

const key = 'the-only-key-0123456789';
const base = '/admin/queues/api/';
const readRoutes = [
  'queues',
  'queues/check-training',
  'queues/check-training/NAME',
  'queues/check-training/NAME/logs',
  'redis/stats',
];
const changeRoutes = [
  'queues/check-training/add',
  'queues/check-training/pause',
  'queues/check-training/obliterate',
  'queues/check-training/clean/completed',
  'queues/check-training/NAME/clean',
  'queues/check-training/NAME/promote',
  'queues/check-training/NAME/update-data',
];

const parameter = fc.constantFrom('activeQueue', 'page', 'jobsPerPage', 'status', 'sortBy', 'sortOrder', 'query');
const value = fc.oneof(hostileTexts, fc.constantFrom('check-training', '%', '1', '-1', '1e9', 'latest', 'active'));
const encode = (text: string): string => encodeURIComponent(text.toWellFormed());

const requests: fc.Arbitrary<Sent> = fc
  .record({
    method: fc.constantFrom('GET', 'PUT', 'POST', 'PATCH', 'DELETE'),
    route: fc.constantFrom(...readRoutes, ...changeRoutes),
    name: fc.oneof(fc.constant('check-still-there'), hostileTexts),
    query: fc.array(fc.tuple(parameter, value), { maxLength: 4 }),
    body: fc.oneof(fc.constant(null), hostileBodies),
  })
  .map(({ method, route, name, query, body }) => ({
    method,
    path: `${base}${route.replace('NAME', encode(name))}?${query.map(([field, text]) => `${field}=${encode(text)}`).join('&')}`,
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body: method === 'GET' ? null : body,
  }));

describe("Bull Board's routes", () => {
  it('respond to hostile requests, and change nothing', async () => {
    const { url, ask, jobsOf, logged } = await startApi({ apiKeys: [key] });
    await ask('POST', '/bootstrap', { headers: { 'x-api-key': key }, json: { training_job_name: 'still-there' } });
    const sender = createSender(url, 15_000);
    onTestFinished(() => sender.close());
    await fc.assert(
      fc.asyncProperty(fc.array(requests, { minLength: 5, maxLength: 5 }), async (requested) => {
        for (const { sent, received } of await Promise.all(
          requested.map(async (request) => ({ sent: request, received: await sender.send(request) })),
        )) {
          expect(received.status, `${sent.path}: ${received.text}`).toBeLessThan(500);
          if (sent.method !== 'GET') expect(received.status, `${sent.path}: ${received.text}`).toBeGreaterThanOrEqual(400);
        }
      }),
      { seed: 20_261_124, numRuns: 60, endOnFailure: true },
    );
    expect(await jobsOf('check-training')).toEqual(['check-still-there']);
    expect(logged('error', 'fatal')).toEqual([]);
  });

  it('return 400 for a query that cannot be decoded', async () => {
    const { ask } = await startApi({ apiKeys: [key] });
    const { status } = await ask('GET', `${base}queues?activeQueue=%25`, { headers: { 'x-api-key': key } });
    expect(status).toBe(400);
  });
});
