/** The API against its own OpenAPI document, with requests that it describes and others. */
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { problemCodes } from '../../src/api/problems/table.ts';
import { type Api, startApi } from '../api/harness.ts';
import { type OpenApiDocument, type Operation, operationsOf } from './openapi-document.ts';
import { type FuzzedRequest, requestsTo } from './requests.ts';
import { createSender, type Received } from './send.ts';
import { validValues } from './valid-values.ts';

const seed = 20_261_124;
const batches = 420;
const requestsInBatch = 10;
const responseTimeoutMs = 15_000;
const key = 'the-only-key-0123456789';
/** These need a state that no random request makes: something to decide, to end or to go back to, or a signed token. */
const notAccepted: readonly string[] = [
  '/approvals/{token}',
  '/deployments/{deployment_id}/abort',
  '/deployments/{deployment_id}/approve',
  '/deployments/{deployment_id}/reject',
  '/endpoints/{name}/rollback',
];
const codes: ReadonlySet<string> = new Set(problemCodes);

interface Exchange {
  sent: FuzzedRequest;
  received: Received;
}

async function startFuzzedApi(): Promise<{ api: Api; document: OpenApiDocument; names: string[] }> {
  const api = await startApi({ apiKeys: [key] });
  await api.train('foreign', 'completed');
  await api.train('still-training');
  await api.serve('in-service', 'first-config');
  const headers = { 'x-api-key': key };
  const deployed = await api.ask<{ deployment_id: string; endpoint_name: string }>('POST', '/deploy/foreign', { headers });
  const { deployment_id: deploymentId, endpoint_name: endpointName } = deployed.body;
  const { body } = await api.ask<OpenApiDocument>('GET', '/openapi.json', { headers });
  return { api, document: body, names: ['foreign', 'still-training', 'in-service', deploymentId, endpointName] };
}

function senderTo(api: Api): (sent: FuzzedRequest) => Promise<Exchange> {
  const sender = createSender(api.url, responseTimeoutMs);
  onTestFinished(() => sender.close());
  return async (sent) => {
    try {
      return { sent, received: await sender.send(sent) };
    } catch (error) {
      throw new Error(`${sent.method} ${sent.path} got no response`, { cause: error });
    }
  };
}

/** Whether the path is the operation's own, and nothing that a proxy or a router may read otherwise. */
const isPlain = ({ path, operation }: FuzzedRequest): boolean =>
  new RegExp(`^(/model-init)?${operation.path.replaceAll(/\{\w+\}/g, String.raw`[\w-]+`)}$`).test(path.replace(/\?.*$/s, ''));

function expectSane({ sent, received }: Exchange): void {
  const { status, headers, text } = received;
  expect(status, `a server error: ${text}`).toBeLessThan(500);
  if (isPlain(sent)) expect(sent.operation.statuses, `not documented: ${text}`).toContain(status);
  if (!sent.hasKey && isPlain(sent)) expect(status === 401).toBe(!sent.operation.isOpen);
  if (status < 400) return;
  expect(headers['content-type']).toBe('application/problem+json');
  const problem = JSON.parse(text) as Record<string, unknown>;
  expect(problem).toMatchObject({ status, type: `/model-init/docs/problems#${String(problem['code'])}` });
  expect(codes).toContain(problem['code']);
  for (const field of ['title', 'detail']) expect(problem[field]).toMatch(/\S/);
  if (problem['code'] === 'invalid_request') expect(problem['errors']).not.toEqual([]);
  // zod's own text, which does not say what a value may be.
  expect(text).not.toContain('Invalid input');
}

/** Names of the trainings that the accepted requests say they started. */
const startedBy = (exchanges: Exchange[]): string[] =>
  exchanges.flatMap(({ sent, received }) =>
    sent.operation.path === '/bootstrap' && received.status === 202
      ? [(JSON.parse(received.text) as { training_job_name: string }).training_job_name]
      : [],
  );

const describeExchange = ({ sent, received }: Exchange): string =>
  JSON.stringify({ ...sent, operation: undefined, body: sent.body?.slice(0, 2000), response: received.text.slice(0, 1000) });

function check(exchange: Exchange): void {
  try {
    expectSane(exchange);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${describeExchange(exchange)}`, { cause: error });
  }
}

/** Which operations were both accepted and refused: a fuzzer whose requests all fail early tests little. */
class Coverage {
  readonly #seen = new Map<Operation, Set<number>>();

  add({ sent, received }: Exchange): void {
    const statuses = this.#seen.get(sent.operation) ?? new Set();
    this.#seen.set(sent.operation, statuses.add(received.status));
  }

  statusesOf(path: string): number[] {
    return [...this.#seen].flatMap(([operation, statuses]) => (operation.path === path ? [...statuses] : []));
  }
}

describe('requests from the OpenAPI document', () => {
  it('get documented responses, and start what was accepted and nothing else', async () => {
    const { api, document, names } = await startFuzzedApi();
    const send = senderTo(api);
    const operations = operationsOf(document);
    const arbitraries = operations.map((operation) => ({
      // Two requests that want one name meet only where there are many.
      weight: operation.path === '/bootstrap' ? 9 : operation.body !== null ? 6 : 3,
      arbitrary: requestsTo(operation, { document, names, key }),
    }));
    const coverage = new Coverage();
    const trainings = (): string[] => api.simulator.effects({ kind: 'training_job_created' }).map(({ name }) => name);

    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(...arbitraries), { minLength: requestsInBatch, maxLength: requestsInBatch }),
        async (requests) => {
          const before = trainings();
          const exchanges = await Promise.all(requests.map(send));
          for (const exchange of exchanges) {
            check(exchange);
            coverage.add(exchange);
          }
          expect(trainings().slice(before.length).toSorted()).toEqual(startedBy(exchanges).toSorted());
        },
      ),
      { seed, numRuns: batches, endOnFailure: true },
    );

    for (const { path } of operations.filter((operation) => !notAccepted.includes(operation.path)))
      expect(
        coverage.statusesOf(path).some((status) => status < 300),
        path,
      ).toBe(true);
    expect(coverage.statusesOf('/bootstrap')).toEqual(expect.arrayContaining([202, 401, 409, 413, 415, 422]));
    expect(coverage.statusesOf('/events')).toEqual(expect.arrayContaining([202, 401, 415, 422]));
    expect(api.logged('error', 'fatal')).toEqual([]);
  }, 60_000);

  it('with documented bodies > are never invalid', async () => {
    const { api, document } = await startFuzzedApi();
    const send = senderTo(api);
    for (const operation of operationsOf(document).filter(({ body }) => body !== null)) {
      await fc.assert(
        fc.asyncProperty(validValues(document, operation.body ?? {}), async (value) => {
          const headers = { 'content-type': 'application/json', 'x-api-key': key };
          const { method, path } = operation;
          const exchange = await send({ operation, hasKey: true, method, path, headers, body: JSON.stringify(value) });
          check(exchange);
          expect(exchange.received.status, describeExchange(exchange)).not.toBe(422);
        }),
        { seed, numRuns: 100, endOnFailure: true },
      );
    }
  });
});
