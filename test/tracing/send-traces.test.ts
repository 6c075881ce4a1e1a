import type { ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import { traceTiming } from '../../src/core/trace/trace-timing.ts';
import { taskLeaseTiming } from '../../src/core/timing.ts';
import type { Store } from '../../src/ports/store.ts';
import { newTraceMemory, sendTraces, type TraceMemory } from '../../src/services/tracing/send-traces.ts';
import { createOtlpExporter } from '../../src/tracing/otlp-exporter.ts';
import { testEnvironment } from '../../tools/testkit/app-context.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { type OtlpReceiver, type ReceivedTrace, startOtlpReceiver } from '../../tools/testkit/otlp-receiver.ts';
import { startProgram } from '../../tools/testkit/processes.ts';
import { programEnvironment } from '../../tools/testkit/program-environment.ts';
import { silentLog } from '../../tools/testkit/silent-log.ts';
import { lockDatabase } from '../db/lock-database.ts';
import { claim, deploy, finish, inTraining, queued, timedOut } from '../db/samples.ts';
import { newPath, openStore } from '../db/sqlite-files.ts';

type Respond = (response: ServerResponse, trace: ReceivedTrace, index: number) => void;

async function receive(respond?: Respond): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver(respond);
  onTestFinished(() => receiver.close());
  return receiver;
}

interface Sender {
  store: Store;
  memory: TraceMemory;
  send: (now?: number) => Promise<number>;
}

/** What a worker does every few seconds; the mark is set as of the first round. */
async function startSender(url: string, more: Record<string, string> = {}, path = newPath()): Promise<Sender> {
  const { tracing } = parseConfig({ ...testEnvironment(), OTEL_EXPORTER_OTLP_ENDPOINT: url, ...more });
  if (tracing === null) throw new Error('no tracing');
  const exporter = createOtlpExporter({ tracing, proxies: {}, version: '1.2.3', tryMs: 2000 });
  const store = openStore(path);
  const memory = newTraceMemory();
  const send = (now = 20_000): Promise<number> =>
    sendTraces(
      { store, now: () => now, random: () => 0, log: silentLog },
      { exporter, memory, linkBase: 'https://ml.example.com/model-init', signal: new AbortController().signal },
    );
  return { store, memory, send };
}

const named = ({ spans }: ReceivedTrace, name: string) => spans.filter((span) => span.name === name);

describe('sendTraces', () => {
  it.each(['http/protobuf', 'http/json'])('sends a run that is over as one trace, by %s', async (protocol) => {
    const receiver = await receive();
    const { store, send } = await startSender(`${receiver.url}/base/`, {
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=s%20cret,x-team=ml',
      OTEL_SERVICE_NAME: 'training-to-live',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=production',
    });
    await deploy(store, 'before');
    expect(await send()).toBe(0);
    await queued(store, 'a', 2000);
    expect(await send()).toBe(0);
    await finish(store, await claim(store, 'd-a'), 'rolled_back', 9000);
    expect(await send()).toBe(1);
    expect(await send()).toBe(0);

    const [trace, ...others] = receiver.received;
    if (trace === undefined) throw new Error('nothing received');
    expect(others).toEqual([]);
    expect(trace).toMatchObject({
      path: '/base/v1/traces',
      headers: { 'api-key': 's cret', 'x-team': 'ml' },
      resource: { 'service.name': 'training-to-live', 'deployment.environment.name': 'production' },
      scope: { name: 'sagemaker-autodeploy', version: '1.2.3' },
    });
    const [root] = named(trace, 'run');
    expect(root).toMatchObject({
      parentSpanId: null,
      from: 2000,
      to: 9000,
      attributes: {
        'cicd.pipeline.run.id': 'run-a',
        'cicd.pipeline.result': 'failure',
        'autodeploy.training_job_name': 'a',
        'url.full': 'https://ml.example.com/model-init/training-jobs/a',
      },
      error: 'the endpoint did not pass its health check',
    });
    const ids = new Set(trace.spans.map(({ spanId }) => spanId));
    expect(ids.size).toBe(trace.spans.length);
    for (const { traceId, spanId, parentSpanId, from, to } of trace.spans) {
      expect(traceId).toBe(root?.traceId);
      expect([traceId, spanId].join(' ')).toMatch(/^[0-9a-f]{32} [0-9a-f]{16}$/);
      if (spanId !== root?.spanId) expect(ids).toContain(parentSpanId);
      expect(to).toBeGreaterThanOrEqual(from);
    }
    const [deployment] = named(trace, 'deployment');
    expect(deployment).toMatchObject({
      parentSpanId: root?.spanId,
      attributes: { 'deployment.id': 'd-a', 'deployment.status': 'failed', 'autodeploy.attempt': 1, 'autodeploy.forced': false },
    });
    const children = trace.spans.filter(({ parentSpanId }) => parentSpanId === deployment?.spanId);
    expect(children.map(({ name }) => name)).toEqual(['queued', 'model']);
    expect(named(trace, 'training')[0]).toMatchObject({ from: 2000, to: 6000, error: null });
    expect(await store.traces.counts()).toEqual({ sent: 1, failedTries: 0, abandoned: 0 });
  });

  it('links what was superseded to the trace of what went live in its place', async () => {
    const receiver = await receive();
    const { store, send } = await startSender(receiver.url);
    await send();
    await queued(store, 'older', 1000);
    const [callerTrace, callerSpan] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
    await deploy(store, 'newer', 2000, 8000, { traceParent: `00-${callerTrace}-${callerSpan}-01` });
    expect(await send()).toBe(2);
    const [newer, older] = ['newer', 'older'].map((name) =>
      receiver.received.find(({ spans }) => spans[0]?.attributes['autodeploy.training_job_name'] === name),
    ) as [ReceivedTrace, ReceivedTrace];
    const { traceId, spanId } = named(newer, 'run')[0] ?? {};
    // It continues the trace of its caller.
    expect(named(newer, 'run')).toMatchObject([{ traceId: callerTrace, parentSpanId: callerSpan }]);
    expect(newer.spans.map((span) => span.traceId)).toEqual(newer.spans.map(() => callerTrace));
    expect(named(older, 'run')).toMatchObject([{ parentSpanId: null }]);
    expect(named(older, 'deployment')[0]?.links).toEqual([
      { traceId, spanId, attributes: { 'autodeploy.relation': 'superseded_by' } },
    ]);
  });

  it('sends the same trace with more spans, when a further deployment of the run has ended', async () => {
    const receiver = await receive();
    const { store, send } = await startSender(receiver.url);
    await send();
    await inTraining(store, 'slow');
    await store.runs.finish({ trainingJobName: 'slow', outcome: timedOut, deployment: null, actor: 'poll', now: 9000 });
    expect(await send()).toBe(1);
    const ended = { ...timedOut, status: 'failed', failureReason: 'AlgorithmError' } as const;
    await store.runs.finish({ trainingJobName: 'slow', outcome: ended, deployment: null, actor: 'event', now: 12_000 });
    expect(await send()).toBe(1);
    const [first, second] = receiver.received.map((trace) => named(trace, 'run')[0]);
    expect(second).toMatchObject({ traceId: first?.traceId, spanId: first?.spanId, to: 12_000, error: 'AlgorithmError' });
  });

  it('waits as long as a receiver asks for, and sends the same trace again', async () => {
    const receiver = await receive((response, _, index) => {
      if (index === 0) response.writeHead(429, { 'retry-after': '120' });
      response.end();
    });
    const { store, memory, send } = await startSender(receiver.url);
    await send();
    await deploy(store, 'a');
    const before = performance.now();
    expect(await send()).toBe(0);
    expect(memory.retryAt - before).toBeGreaterThanOrEqual(120_000);
    expect(await send()).toBe(0);
    expect(receiver.received).toHaveLength(1);
    memory.retryAt = 0;
    expect(await send()).toBe(1);
    expect(receiver.received[1]?.spans).toEqual(receiver.received[0]?.spans);
    expect(await store.traces.counts()).toEqual({ sent: 1, failedTries: 1, abandoned: 0 });
  });

  it('tries again while the receiver is unavailable, for a day, and gives up at once what is refused', async () => {
    const receiver = await receive((response) => void response.writeHead(400).end());
    const away = await receive();
    away.close();
    const path = newPath();
    const { store, memory, send } = await startSender(away.url, {}, path);
    await send();
    await deploy(store, 'a', 1000, 8000);
    expect(await send()).toBe(0);
    expect(memory).toMatchObject({ failures: 1 });
    expect(memory.retryAt).toBeGreaterThan(performance.now());
    memory.retryAt = 0;
    // A day later it is skipped without a try.
    expect(await send(8001 + traceTiming.keepTryingMs)).toBe(0);
    expect(await store.traces.mark()).toBeGreaterThan(0);
    expect(await store.traces.counts()).toEqual({ sent: 0, failedTries: 1, abandoned: 0 });

    const refused = await startSender(receiver.url, {}, path);
    await deploy(store, 'b', 2000, 9000);
    expect(await refused.send()).toBe(0);
    expect(await refused.send()).toBe(0);
    expect(receiver.received).toHaveLength(1);
    expect(await store.traces.counts()).toEqual({ sent: 0, failedTries: 1, abandoned: 1 });
  });
});

describe('a worker', () => {
  it('that dies after a trace was received and before that is recorded leads to the same trace again', async () => {
    const arrived = Promise.withResolvers<() => void>();
    const receiver = await receive((response, _, index) => {
      if (index > 0) return void response.end();
      arrived.resolve(() => response.end());
    });
    const { env, databasePath } = programEnvironment({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=the-secret-of-the-receiver',
    });
    const store = openStore(databasePath);
    await store.traces.record({ readTo: 0 });
    const now = Date.now();
    await deploy(store, 'a', now - 5000, now);
    const worker = startProgram(['src/worker/main.ts'], env);
    const respond = await arrived.promise;
    // From now on nothing can be recorded.
    const { release } = await eventually(() => lockDatabase(databasePath));
    respond();
    await worker.kill();
    release();
    expect(await store.traces.mark()).toBe(0);
    const next = await startSender(receiver.url, {}, databasePath);
    expect(await next.send(Date.now() + taskLeaseTiming.leaseMs + 5000)).toBe(1);
    const [first, second] = receiver.received;
    expect(second?.spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`)).toEqual(
      first?.spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`),
    );
    expect(first?.headers.authorization).toBe('the-secret-of-the-receiver');
    expect(worker.output.join('\n')).not.toContain('the-secret');
    expect(await store.traces.counts()).toMatchObject({ sent: 1 });
  });
});
