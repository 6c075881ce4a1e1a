import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { EventSchema } from '../../src/api/schemas/event.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import type { EventSettings } from '../../src/simulator/settings.ts';
import { eventually } from '../support/eventually.ts';
import { clientOf, makeConfig, training } from './harness.ts';

interface Received {
  key: string | undefined;
  event: Record<string, unknown> & { detail: Record<string, unknown> };
}

/** Takes events as the service does; refuses the first `refusals` with 503. */
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
async function startTelling(events: Partial<EventSettings>): Promise<Simulator> {
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

test('state changes are told of as SageMaker tells of them', async () => {
  const { url, received } = await startTarget();
  const simulator = await startTelling({ targets: [{ kind: 'http', url, apiKey: 'key' }] });
  const sagemaker = clientOf(simulator.url);
  await sagemaker.createTrainingJob(training('job', { Tags: [{ Key: 'team', Value: 'search' }] }));
  await makeConfig(sagemaker, 'one');
  await eventually(() => statuses(received).includes('Completed'));
  await sagemaker.createEndpoint({ EndpointName: 'Live', EndpointConfigName: 'one' });
  await eventually(() => statuses(received).includes('IN_SERVICE'));
  expect(statuses(received)).toEqual(['InProgress', 'Completed', 'CREATING', 'IN_SERVICE']);
  expect(received[1]).toMatchObject({
    key: 'key',
    event: { resources: [expect.stringMatching(/training-job\/job$/)], detail: { Tags: { team: 'search' }, VpcConfig: null } },
  });
  for (const { event } of received) expect(EventSchema.parse(event)).toHaveProperty('at');
});

test('an event that is refused comes again', async () => {
  const { url, received } = await startTarget(1);
  const simulator = await startTelling({ targets: [{ kind: 'http', url }] });
  await clientOf(simulator.url).createTrainingJob(training('job'));
  await eventually(() => received.length === 2);
  expect(statuses(received)).toEqual(expect.arrayContaining(['InProgress', 'Completed']));
});

test('events may come twice, late, or not at all', async () => {
  const { url, received } = await startTarget();
  const simulator = await startTelling({ targets: [{ kind: 'http', url }], twice: 1, maxLateMs: 50 });
  await clientOf(simulator.url).createTrainingJob(training('job'));
  await eventually(() => received.length === 4);
  simulator.changeSettings({ events: { targets: [{ kind: 'http', url }], maxLateMs: 0, twice: 0, lost: 1 } });
  await clientOf(simulator.url).createTrainingJob(training('lost'));
  simulator.changeSettings({ events: { targets: [{ kind: 'http', url }], maxLateMs: 0, twice: 0, lost: 0 } });
  await clientOf(simulator.url).createTrainingJob(training('last'));
  await eventually(() => received.some(({ event }) => event.detail['TrainingJobName'] === 'last'));
  expect(
    received.some(
      ({ event }) => event.detail['TrainingJobName'] === 'lost' && event.detail['TrainingJobStatus'] === 'InProgress',
    ),
  ).toBe(false);
});

test('a bundled Lambda function is called as Lambda calls it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-lambda-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const bundle = join(folder, 'function.mjs');
  const seenFile = join(folder, 'seen');
  // Told of in a file: whether a second import of a bundle answers with the module that was called is the test runner's affair.
  writeFileSync(
    bundle,
    `import { appendFileSync } from 'node:fs';
     export const handler = async (event, { awsRequestId }) =>
       appendFileSync(${JSON.stringify(seenFile)}, JSON.stringify({ event, awsRequestId }) + '\\n');`,
  );
  const simulator = await startTelling({ targets: [{ kind: 'lambda', bundle }] });
  await clientOf(simulator.url).createTrainingJob(training('job'));
  const calls = await eventually(
    () =>
      readFileSync(seenFile, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { event: Received['event']; awsRequestId: string }),
    (seen) => seen.some(({ event }) => event.detail['TrainingJobStatus'] === 'Completed'),
  );
  expect(calls[0]).toMatchObject({ awsRequestId: expect.any(String) });
});
