import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSimulator, type EventSettings, type Simulator } from '../src/index.ts';
import { createClient, makeConfig, training } from './harness.ts';

interface Received {
  key: string | undefined;
  event: Record<string, unknown> & { detail: Record<string, unknown> };
}

const waiting = { timeout: 10_000, interval: 20 };

/** Accepts events over HTTP; refuses the first `refusals` with 503. */
async function startTarget(refusals = 0): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  let left = refusals;
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      left -= 1;
      if (left < 0) received.push({ key: request.headers['x-api-key']?.toString(), event: JSON.parse(text) });
      response.writeHead(left < 0 ? 202 : 503).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`, received };
}

/** In real time, and fast: trainings take 0.2 s, endpoints 0.1 s. */
async function startSending(events: Partial<EventSettings>): Promise<Simulator> {
  const simulator = await createSimulator({
    settings: {
      trainingSeconds: 0.2,
      endpointCreateSeconds: 0.1,
      endpointUpdateSeconds: 0.1,
      events: { targets: [], maxLateMs: 0, twice: 0, lost: 0, ...events },
    },
  });
  onTestFinished(() => simulator.close());
  return simulator;
}

const statuses = (received: Received[]): unknown[] =>
  received.map(({ event }) => event.detail['TrainingJobStatus'] ?? event.detail['EndpointStatus']);

test('state changes are sent as SageMaker sends them', async () => {
  const { url, received } = await startTarget();
  const simulator = await startSending({ targets: [{ kind: 'http', url, apiKey: 'key' }] });
  const sagemaker = createClient(simulator.url);
  await sagemaker.createTrainingJob(training('job', { Tags: [{ Key: 'team', Value: 'search' }] }));
  await makeConfig(sagemaker, 'one');
  await vi.waitFor(() => expect(statuses(received)).toContain('Completed'), waiting);
  await sagemaker.createEndpoint({ EndpointName: 'Live', EndpointConfigName: 'one' });
  await vi.waitFor(() => expect(statuses(received)).toContain('IN_SERVICE'), waiting);
  expect(statuses(received)).toEqual(['InProgress', 'Completed', 'CREATING', 'IN_SERVICE']);
  expect(received[1]).toMatchObject({
    key: 'key',
    event: { resources: [expect.stringMatching(/training-job\/job$/)], detail: { Tags: { team: 'search' }, VpcConfig: null } },
  });
  for (const { event } of received) {
    expect(event).toMatchObject({
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      source: 'aws.sagemaker',
      account: '123456789012',
      region: 'us-east-1',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
  }
});

test('an event that is refused comes again', async () => {
  const { url, received } = await startTarget(1);
  const simulator = await startSending({ targets: [{ kind: 'http', url }] });
  await createClient(simulator.url).createTrainingJob(training('job'));
  await vi.waitFor(() => expect(received).toHaveLength(2), waiting);
  expect(statuses(received)).toEqual(expect.arrayContaining(['InProgress', 'Completed']));
});

test('events may come twice, late, or not at all', async () => {
  const { url, received } = await startTarget();
  const simulator = await startSending({ targets: [{ kind: 'http', url }], twice: 1, maxLateMs: 50 });
  await createClient(simulator.url).createTrainingJob(training('job'));
  await vi.waitFor(() => expect(received).toHaveLength(4), waiting);
  simulator.changeSettings({ events: { targets: [{ kind: 'http', url }], maxLateMs: 0, twice: 0, lost: 1 } });
  await createClient(simulator.url).createTrainingJob(training('lost'));
  simulator.changeSettings({ events: { targets: [{ kind: 'http', url }], maxLateMs: 0, twice: 0, lost: 0 } });
  await createClient(simulator.url).createTrainingJob(training('last'));
  await vi.waitFor(() => expect(received.map(({ event }) => event.detail['TrainingJobName'])).toContain('last'), waiting);
  expect(
    received.some(
      ({ event }) => event.detail['TrainingJobName'] === 'lost' && event.detail['TrainingJobStatus'] === 'InProgress',
    ),
  ).toBe(false);
});

test('a bundled Lambda function is called as Lambda calls it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-lambda-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const bundle = join(folder, 'function.mjs');
  const seenFile = join(folder, 'seen');
  // Seen through a file: whether a second import of the bundle gives the module that was called depends on the test runner.
  writeFileSync(
    bundle,
    `import { appendFileSync } from 'node:fs';
     export const handler = async (event, { awsRequestId }) =>
       appendFileSync(${JSON.stringify(seenFile)}, JSON.stringify({ event, awsRequestId }) + '\\n');`,
  );
  const simulator = await startSending({ targets: [{ kind: 'lambda', bundle }] });
  await createClient(simulator.url).createTrainingJob(training('job'));
  const calls = (): { event: Received['event']; awsRequestId: string }[] =>
    readFileSync(seenFile, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: Received['event']; awsRequestId: string });
  const statusesSeen = (): unknown[] => calls().map(({ event }) => event.detail['TrainingJobStatus']);
  await vi.waitFor(() => expect(statusesSeen()).toContain('Completed'), waiting);
  expect(calls()[0]).toMatchObject({ awsRequestId: expect.any(String) });
});

test('a change that falls between two readings of the clock gets its event', async () => {
  const { url, received } = await startTarget();
  let instant = Date.parse('2026-11-24T10:00:00Z');
  const simulator = await createSimulator({
    now: () => (instant += 1),
    settings: { trainingSeconds: 0, events: { targets: [{ kind: 'http', url }], maxLateMs: 0, twice: 0, lost: 0 } },
  });
  onTestFinished(() => simulator.close());
  const sagemaker = createClient(simulator.url);
  for (let milliseconds = 1; milliseconds <= 20; milliseconds += 1) {
    simulator.changeSettings({ trainingSeconds: milliseconds / 1000 });
    await sagemaker.createTrainingJob(training(`job-${milliseconds}`));
  }
  const completed = (): Received[] => received.filter(({ event }) => event.detail['TrainingJobStatus'] === 'Completed');
  await vi.waitFor(() => expect(completed()).toHaveLength(20), waiting);
});
