import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type Deployment, deploymentStatuses, waitKinds } from '../../../src/core/deployment/deployment.ts';
import { stepOrder } from '../../../src/core/deployment/steps.ts';
import { actors, type HistoryEntry } from '../../../src/core/history.ts';
import { axisOf } from '../../../src/core/timeline/axis.ts';
import { type Lane, toneOfBar } from '../../../src/core/timeline/bar.ts';
import { type TimeLine, timeLineOf } from '../../../src/core/timeline/time-line.ts';
import { trainingRunStatuses } from '../../../src/core/training/training-run.ts';
import { aDeployment, aRun, at, hour, minute } from '../samples.ts';

let ids = 0;
const entry = (seconds: number, fields: Partial<HistoryEntry>): HistoryEntry => ({
  id: (ids += 1),
  at: at + seconds * 1000,
  trainingJobName: 'training-1',
  endpointName: 'live',
  subject: 'training',
  from: 'training',
  to: 'training',
  actor: 'poll',
  by: null,
  reason: null,
  detail: null,
  deploymentId: null,
  repeats: 1,
  lastAt: at + seconds * 1000,
  ...fields,
});
const phase = (seconds: number, detail: string): HistoryEntry => entry(seconds, { detail });
const deploy = (seconds: number, to: string, fields: Partial<HistoryEntry> = {}): HistoryEntry =>
  entry(seconds, { subject: 'deployment', deploymentId: 'deployment-1', from: 'in_progress', to, actor: 'worker', ...fields });
const step = (seconds: number, detail: string): HistoryEntry => deploy(seconds, 'in_progress', { detail });

/** `kind from–to`, in seconds. */
const shown = ({ bars }: Lane): string[] =>
  bars.map(({ kind, from, to, isOpen }) => `${kind} ${(from - at) / 1000}–${isOpen ? '' : (to - at) / 1000}`);

const trained = [
  entry(0, { from: null, to: 'requested', actor: 'api', by: 'ci' }),
  entry(1, { from: 'requested', detail: 'started' }),
  phase(2, 'Starting'),
  phase(60, 'Downloading'),
  phase(70, 'Training'),
  phase(170, 'Uploading'),
  entry(182, { to: 'completed', actor: 'event' }),
];
const completed = aRun({ status: 'completed', finishedAt: at + 182_000, trainingEndedAt: at + 180_000, finishedBy: 'event' });
const queued = deploy(182, 'queued', { from: null, actor: 'event', by: 'ci' });
const claimed = deploy(183, 'in_progress', { from: 'queued' });
const steps = [
  step(184, 'model job-m created'),
  step(185, 'endpoint configuration job-c created, with what the endpoint had: KmsKeyId'),
  step(186, 'endpoint live is being updated to job-c'),
];
const row = (fields: Partial<Deployment> = {}): Deployment =>
  aDeployment({ createdAt: at + 182_000, startedAt: at + 183_000, changeRequestedAt: at + 186_000, ...fields });

const lanesOf = (fields: Partial<Deployment>, entries: HistoryEntry[], now = 1000): TimeLine =>
  timeLineOf({ run: completed, deployments: [row(fields)], history: [...trained, ...entries], now: at + now * 1000 });
const deploymentOf = (fields: Partial<Deployment>, entries: HistoryEntry[], now = 1000): string[] =>
  lanesOf(fields, entries, now).deployments.flatMap(shown);

describe('timeLineOf > has of a training', () => {
  const trainingOf = (fields: Parameters<typeof aRun>[0], history: HistoryEntry[], now = 300): string[] =>
    shown(timeLineOf({ run: aRun(fields), deployments: [], history, now: at + now * 1000 }).training);

  it('its phases, and how long its end was not seen', () => {
    const { training } = lanesOf({}, []);
    expect(shown(training)).toEqual([
      'requested 0–1',
      'starting 1–60',
      'downloading 60–70',
      'training 70–170',
      'uploading 170–180',
      'detection 180–182',
    ]);
    expect(training.bars.map(toneOfBar)).toEqual(['wait', 'work', 'work', 'work', 'work', 'wait']);
    expect(training.bars.at(-1)).toMatchObject({ actor: 'event' });
  });

  it('the phase that it is in, until now', () => {
    expect(trainingOf({}, trained.slice(0, 4))).toEqual(['requested 0–1', 'starting 1–60', 'downloading 60–']);
    expect(trainingOf({ status: 'requested' }, trained.slice(0, 1))).toEqual(['requested 0–']);
  });

  it('a phase that SageMaker may add', () => {
    expect(trainingOf({}, [...trained.slice(0, 2), phase(9, 'WarmingMLCaches')])).toEqual([
      'requested 0–1',
      'starting 1–9',
      'phase 9–',
    ]);
  });

  it('its stop', () => {
    const history = [
      ...trained.slice(0, 5),
      entry(80, { actor: 'api', by: 'ana', detail: 'stop requested' }),
      entry(99, { to: 'stopped' }),
    ];
    expect(trainingOf({ status: 'stopped', finishedAt: at + 99_000, trainingEndedAt: at + 95_000 }, history).slice(-3)).toEqual([
      'training 70–80',
      'stopping 80–95',
      'detection 95–99',
    ]);
  });

  it('what was before it was adopted, or after monitoring had ended, as not observed', () => {
    const adopted = entry(50, { from: null, actor: 'reconcile', detail: 'adopted from SageMaker' });
    expect(trainingOf({}, [adopted, phase(70, 'Uploading')])).toEqual(['unobserved 0–50', 'training 50–70', 'uploading 70–']);
    const timedOut = [...trained.slice(0, 5), entry(90, { to: 'timed_out' }), entry(200, { from: 'timed_out', to: 'completed' })];
    expect(trainingOf({ status: 'completed', finishedAt: at + 200_000 }, timedOut).slice(-2)).toEqual([
      'training 70–90',
      'unobserved 90–200',
    ]);
  });

  it('one bar where its history is pruned', () => {
    expect(trainingOf({ status: 'completed', finishedAt: at + 200_000 }, [])).toEqual(['training 0–200']);
    expect(trainingOf({}, trained.slice(4))).toEqual(['training 0–170', 'uploading 170–']);
  });
});

describe('timeLineOf > has of a deployment', () => {
  it('its steps, until it is live', () => {
    const live = { status: 'deployed' as const, finishedAt: at + 200_000 };
    expect(deploymentOf(live, [queued, claimed, ...steps, deploy(200, 'deployed')])).toEqual([
      'queued 182–183',
      'model 183–184',
      'endpoint_config 184–185',
      'endpoint 185–186',
      'change 186–200',
    ]);
  });

  it('with each step what it came to', () => {
    const [lane] = lanesOf({}, [queued, claimed, ...steps]).deployments;
    expect(lane?.bars.map(({ kind, detail }) => [kind, detail?.slice(0, 30) ?? null])).toEqual([
      ['queued', null],
      ['model', 'model job-m created'],
      ['endpoint_config', 'endpoint configuration job-c c'],
      ['endpoint', null],
      ['change', 'endpoint live is being updated'],
    ]);
  });

  it('its gate, its approval, its rollout with the bakes, and its verification', () => {
    const approval = {
      status: 'approved' as const,
      by: 'ana',
      reason: null,
      requestedAt: at,
      decidedAt: at,
      expiresAt: at,
      content: 'c',
      notByRequester: false,
    };
    const verification = { status: 'passed' as const, requests: 1, failures: [] };
    const fields = { status: 'deployed' as const, approval, verification, inServiceAt: at + 750_000, finishedAt: at + 760_000 };
    const history = [
      queued,
      claimed,
      deploy(184, 'awaiting_approval', { detail: 'each model needs an approval' }),
      deploy(600, 'queued', { from: 'awaiting_approval', actor: 'api', by: 'ana', detail: 'approved' }),
      deploy(601, 'in_progress', { from: 'queued' }),
      step(602, 'each model needs an approval; ana has approved it'),
      step(603, 'model job-m found'),
      step(604, 'endpoint configuration job-c found'),
      step(605, 'endpoint live is being updated to job-c'),
      step(620, 'rollout: creating, 0 % of the traffic'),
      step(640, 'rollout: baking, 10 % of the traffic'),
      step(700, 'rollout: activating traffic, 10 % of the traffic'),
      step(755, 'verified: each response is as expected'),
      deploy(760, 'deployed'),
    ];
    expect(deploymentOf(fields, history)).toEqual([
      'queued 182–183',
      'gate 183–184',
      'approval 184–600',
      'queued 600–601',
      'gate 601–602',
      'model 602–603',
      'endpoint_config 603–604',
      'endpoint 604–605',
      'change 605–620',
      'rollout 620–640',
      'bake 640–700',
      'rollout 700–750',
      'verify 750–760',
    ]);
  });

  it('errors that are retried, an alarm that is waited for, and the way back', () => {
    const history = [
      queued,
      claimed,
      step(184, 'CreateModel is retried: throttled'),
      step(190, 'model job-m created'),
      ...steps.slice(1, 2),
      step(192, 'waits: errors is in ALARM, which would end the rollout at once'),
      step(220, 'endpoint live is being updated to job-c'),
      step(240, 'back to old: verification failed: no JSON'),
      step(241, 'endpoint live is being updated to old'),
      deploy(260, 'rolled_back'),
    ];
    expect(deploymentOf({ status: 'rolled_back', finishedAt: at + 260_000 }, history)).toEqual([
      'queued 182–183',
      'model 183–184',
      'error 184–190',
      'endpoint 190–192',
      'alarm 192–220',
      'change 220–240',
      'revert 240–260',
    ]);
  });

  it('what it waits for now, which is in no entry', () => {
    const turn = {
      status: 'queued' as const,
      startedAt: null,
      waitsForSince: at + 182_500,
      waitsForDetail: 'the deployment of job-9 goes first',
    };
    const lanes = lanesOf({ ...turn, waitsForKind: 'turn' }, [queued]).deployments;
    expect(lanes.flatMap(shown)).toEqual(['queued 182–']);
    expect(lanes[0]?.bars[0]?.detail).toBe('the deployment of job-9 goes first');
    expect(deploymentOf({ ...turn, waitsForKind: 'hold' }, [queued])).toEqual(['queued 182–182.5', 'hold 182.5–']);
    const bake = { step: 'in_service' as const, waitsForKind: 'bake' as const, waitsForSince: at + 200_000 };
    expect(deploymentOf(bake, [queued, claimed, ...steps]).slice(-2)).toEqual(['change 186–200', 'bake 200–']);
    expect(deploymentOf({ step: 'in_service' }, [queued, claimed, ...steps]).slice(-1)).toEqual(['change 186–']);
  });

  it('what its row has, where its history is pruned', () => {
    expect(deploymentOf({ status: 'deployed', finishedAt: at + 200_000 }, [])).toEqual([
      'queued 182–183',
      'model 183–186',
      'change 186–200',
    ]);
  });

  it('a lane for each attempt, with its own entries', () => {
    const second = row({
      deploymentId: 'deployment-2',
      attempts: 2,
      createdAt: at + 400_000,
      startedAt: at + 401_000,
      status: 'in_progress',
    });
    const first = row({ status: 'failed', finishedAt: at + 200_000 });
    const time = timeLineOf({
      run: completed,
      deployments: [second, first],
      history: [...trained, queued, claimed, deploy(200, 'failed')],
      now: at + hour,
    });
    expect(
      time.deployments.map(({ attempt, status, from, to, isOpen }) => [attempt, status, from - at, to - at, isOpen]),
    ).toEqual([
      [1, 'failed', 182_000, 200_000, false],
      [2, 'in_progress', 400_000, hour, true],
    ]);
    expect([time.from, time.to, time.isOpen]).toEqual([at, at + hour, true]);
  });
});

const instant = fc.integer({ min: at - hour, max: at + hour });
const maybe = fc.option(instant);
const text = fc.oneof(
  fc.constantFrom(
    'Starting',
    'Training',
    'stop requested',
    'model m created',
    'endpoint configuration c found',
    'endpoint e is being created on c',
    'rollout: baking, 10 % of the traffic',
    'verified: yes',
    'back to c: no',
    'CreateModel is retried: x',
    'waits: x',
  ),
  fc.string(),
);
const anyEntry = fc
  .record({
    at: instant,
    subject: fc.constantFrom('training' as const, 'deployment' as const, 'endpoint' as const),
    from: fc.option(fc.constantFrom(...trainingRunStatuses, ...deploymentStatuses)),
    to: fc.constantFrom(...trainingRunStatuses, ...deploymentStatuses),
    actor: fc.constantFrom(...actors),
    detail: fc.option(text),
    deploymentId: fc.option(fc.constantFrom('deployment-1', 'deployment-2')),
  })
  .map((fields) => entry(0, fields));
const anyDeployment = fc.record({
  status: fc.constantFrom(...deploymentStatuses),
  step: fc.constantFrom(...stepOrder),
  createdAt: instant,
  startedAt: maybe,
  changeRequestedAt: maybe,
  inServiceAt: maybe,
  observedAt: maybe,
  finishedAt: maybe,
  waitsForKind: fc.option(fc.constantFrom(...waitKinds)),
  waitsForSince: maybe,
});
const anyTimeLine = fc
  .record({
    status: fc.constantFrom(...trainingRunStatuses),
    createdAt: instant,
    finishedAt: maybe,
    trainingEndedAt: maybe,
    rows: fc.array(anyDeployment, { maxLength: 2 }),
    history: fc.array(anyEntry, { maxLength: 30 }),
    now: instant,
  })
  .map(({ rows, history, now, ...run }) => ({
    run: aRun(run),
    deployments: rows.map((fields, index) =>
      aDeployment({ ...fields, deploymentId: `deployment-${index + 1}`, attempts: index + 1 }),
    ),
    history,
    now,
  }));

test('timeLineOf > fills each lane without a gap or an overlap, whatever clocks wrote the history', () => {
  fc.assert(
    fc.property(anyTimeLine, (input) => {
      const line = timeLineOf(input);
      for (const lane of [line.training, ...line.deployments]) {
        expect(lane.bars.length).toBeGreaterThan(0);
        expect(lane.bars[0]?.from).toBe(lane.from);
        expect(lane.bars.at(-1)?.to).toBe(lane.to);
        for (const [index, bar] of lane.bars.entries()) {
          expect(bar.to).toBeGreaterThanOrEqual(bar.from);
          if (index > 0) expect(bar.from).toBe(lane.bars[index - 1]?.to);
          expect(bar.isOpen).toBe(lane.isOpen && index === lane.bars.length - 1);
        }
      }
      expect(line.from).toBeLessThanOrEqual(line.to);
    }),
  );
});

describe('axisOf', () => {
  it('draws to scale what can be seen so', () => {
    const axis = axisOf([
      { from: 0, to: 50 },
      { from: 50, to: 100 },
    ]);
    expect([axis.isToScale, axis.place(0), axis.place(25), axis.place(50), axis.place(100)]).toEqual([true, 0, 25, 50, 100]);
  });

  it('gives a step of milliseconds beside a training of hours a width, and says so', () => {
    const axis = axisOf([
      { from: 0, to: 6 * hour },
      { from: 6 * hour, to: 6 * hour + 20 },
      { from: 6 * hour + 20, to: 6 * hour + minute },
    ]);
    expect(axis.isToScale).toBe(false);
    expect(axis.place(6 * hour + 20) - axis.place(6 * hour)).toBeGreaterThan(3);
  });

  it('cuts a long gap short', () => {
    const axis = axisOf([
      { from: 0, to: minute },
      { from: 48 * hour, to: 48 * hour + minute },
    ]);
    expect(axis.gaps).toEqual([{ from: minute, to: 48 * hour }]);
    expect(axis.place(48 * hour) - axis.place(minute)).toBeLessThan(10);
  });

  test('grows with the instant, from 0 to 100, with ticks that do not touch', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(instant, instant), { minLength: 1, maxLength: 60 }), (pairs) => {
        const spans = pairs.map(([one, other]) => ({ from: Math.min(one, other), to: Math.max(one, other) }));
        const axis = axisOf(spans);
        const bounds = [...new Set(spans.flatMap(({ from, to }) => [from, to]))].toSorted((one, other) => one - other);
        const places = bounds.map(axis.place);
        for (const [index, place] of places.entries()) {
          expect(place).toBeGreaterThanOrEqual(places[index - 1] ?? 0);
          expect(place).toBeLessThanOrEqual(100.000_001);
        }
        if (bounds.length > 1) expect(places.at(-1)).toBe(100);
        for (const [index, tick] of axis.ticks.entries())
          if (index > 0 && index < axis.ticks.length - 1)
            expect(tick.place - (axis.ticks[index - 1]?.place ?? 0)).toBeGreaterThan(10);
      }),
    );
  });
});
