/** The decisions under any order of observations: fast-check generates the orders and shrinks what fails. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decideEndpoint } from '../../src/core/deployment/decide-endpoint.ts';
import { decideTraining, type TrainingObservation } from '../../src/core/training/decide-training.ts';
import type { Deployment, Endpoint, EndpointChange } from '../../src/core/deployment/deployment.ts';
import { sagemakerErrorKinds } from '../../src/core/errors.ts';
import { changeTiming } from '../../src/core/timing.ts';
import { isFinishedRun, type TrainingRun } from '../../src/core/training/training-run.ts';
import { aDeployment, aJob, anEndpoint, aRun, at, hour } from './samples.ts';

const { inFlightWindowMs, staleReadWindowMs } = changeTiming;
const limits = { maxTrainingWaitMs: 48 * hour, pollIntervalMs: 60_000 };

/** What the services do with a decision: record an outcome once, whichever process is first. */
function observe(run: TrainingRun, observation: TrainingObservation, now: number): { run: TrainingRun; deployed: boolean } {
  if (isFinishedRun(run.status) && run.status !== 'timed_out') return { run, deployed: false };
  const decision = decideTraining(run, observation, now, limits);
  if (decision.kind === 'wait') return { run: { ...run, overdueSince: decision.limit.overdueSince }, deployed: false };
  if (run.status === 'timed_out' && decision.outcome.status === 'timed_out') return { run, deployed: false };
  return { run: { ...run, ...decision.outcome, finishedAt: now }, deployed: decision.deploy };
}

const unfinishedJob = fc.constantFrom('InProgress', 'Stopping', 'Renaming').map((status): TrainingObservation => ({
  kind: 'job',
  job: aJob({ status }),
}));
const problem = fc
  .constantFrom(...sagemakerErrorKinds.filter((kind) => kind !== 'not_found'))
  .map((error): TrainingObservation => ({ kind: 'error', error, message: 'words' }));
const hints = fc.array(fc.oneof(unfinishedJob, problem), { maxLength: 20 });

test('decideTraining > ends a run once, as SageMaker says, for any order of observations', () => {
  fc.assert(
    fc.property(hints, fc.constantFrom('Completed', 'Failed', 'Stopped'), fc.array(fc.nat({ max: 40 })), (seen, end, ends) => {
      const over: TrainingObservation = { kind: 'job', job: aJob({ status: end }) };
      const order = [...seen];
      // The end is seen at any of these places, and after everything.
      for (const place of ends) order.splice(place % (order.length + 1), 0, over);
      order.push(over, ...seen);
      let run = aRun();
      let deployments = 0;
      let final: string | null = null;
      for (const [index, observation] of order.entries()) {
        const result = observe(run, observation, at + index * 1000);
        run = result.run;
        deployments += result.deployed ? 1 : 0;
        if (final !== null) expect(run.status).toBe(final);
        else if (isFinishedRun(run.status)) final = run.status;
      }
      expect(run.status).toBe(end.toLowerCase());
      expect(deployments).toBe(end === 'Completed' ? 1 : 0);
    }),
  );
});

test('decideTraining > ends a run that timed out as SageMaker says', () => {
  fc.assert(
    fc.property(hints, (seen) => {
      let { run } = observe(aRun(), { kind: 'job', job: aJob() }, at + 49 * hour);
      ({ run } = observe(run, { kind: 'job', job: aJob() }, at + 49.5 * hour));
      expect(run.status).toBe('timed_out');
      for (const observation of seen) ({ run } = observe(run, observation, at + 50 * hour));
      expect(run.status).toBe('timed_out');
      const last = observe(run, { kind: 'job', job: aJob({ status: 'Completed' }) }, at + 51 * hour);
      expect([last.run.status, last.deployed]).toEqual(['completed', true]);
    }),
  );
});

/** SageMaker's endpoint as far as an update goes: it refuses an update while another one is in progress. */
class ModelEndpoint {
  seen: Endpoint = anEndpoint({ endpointConfigName: 'old' });
  effects = 0;
  #now = at;
  /** When delayed requests arrive. */
  #delayed: number[] = [];
  #before: Endpoint = this.seen;

  update(config: string): 'accepted' | 'refused' {
    if (this.seen.status !== 'InService' || this.seen.endpointConfigName === config) return 'refused';
    this.effects += 1;
    this.#change({ status: 'Updating', pendingEndpointConfigName: config });
    return 'accepted';
  }

  delay(arrivesAt: number): void {
    this.#delayed.push(arrivesAt);
  }

  arrive(now: number): void {
    for (const arrivesAt of this.#delayed) if (arrivesAt <= now) this.update('new');
    this.#delayed = this.#delayed.filter((arrivesAt) => arrivesAt > now);
  }

  settle(rollBack: boolean): void {
    const { pendingEndpointConfigName: pending } = this.seen;
    if (pending === null) return;
    // An update takes minutes, longer than the network delays a request: what is on its way arrives before, and is refused.
    this.arrive(Infinity);
    const config = rollBack ? this.seen.endpointConfigName : pending;
    this.#change({
      status: 'InService',
      pendingEndpointConfigName: null,
      endpointConfigName: config,
      failureReason: rollBack ? 'did not pass the health check' : null,
    });
  }

  /** What a description shows; a stale one shows the state before the last change. */
  observe(stale: boolean): Endpoint {
    return stale ? this.#before : this.seen;
  }

  #change(fields: Partial<Endpoint>): void {
    this.#now += 1;
    this.#before = this.seen;
    this.seen = { ...this.seen, ...fields, modifiedAt: this.#now };
  }
}

/** What becomes of a call. `failed…`: SageMaker responds with a 5xx, without an effect or after it. */
type Fate = 'confirmed' | 'response_lost' | 'request_lost' | 'failed' | 'failed_after_effect' | { delayMs: number };

type Move = { kind: 'observe'; stale: boolean; fate: Fate } | { kind: 'settle'; rollBack: boolean };

/** What a worker does after one observation; `fate` is what becomes of its call. */
function advance(
  deployment: Deployment,
  endpoint: ModelEndpoint,
  move: Extract<Move, { kind: 'observe' }>,
  now: number,
): Deployment {
  const seen = endpoint.observe(move.stale);
  const decision = decideEndpoint(deployment, seen, now);
  switch (decision.kind) {
    case 'finish':
      return { ...deployment, ...decision.outcome, finishedAt: now };
    case 'wait':
      return decision.inProgress
        ? {
            ...deployment,
            step: 'in_service',
            endpointChange: deployment.endpointChange && { ...deployment.endpointChange, acknowledgedAt: now },
            failureReason: deployment.failureReason ?? decision.failureReason,
          }
        : deployment;
    case 'update': {
      const change: EndpointChange = {
        action: 'update',
        requestedAt: now,
        respondedAt: null,
        acknowledgedAt: null,
        baseline: { modifiedAt: seen.modifiedAt, endpointConfigName: seen.endpointConfigName },
      };
      const requested = { ...deployment, endpointChange: change };
      const responded = { ...deployment, endpointChange: { ...change, respondedAt: now } };
      if (move.fate === 'request_lost') return requested;
      if (move.fate === 'failed') return responded;
      if (typeof move.fate === 'object') {
        endpoint.delay(now + move.fate.delayMs);
        return requested;
      }
      const response = endpoint.update('new');
      if (move.fate === 'response_lost') return requested;
      if (response === 'refused') return deployment;
      return move.fate === 'failed_after_effect'
        ? responded
        : { ...deployment, endpointChange: { ...change, respondedAt: now, acknowledgedAt: now } };
    }
    default:
      throw new Error(`an update does not ${decision.kind}`);
  }
}

const aMove: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('observe' as const),
      stale: fc.boolean(),
      fate: fc.oneof(
        fc.constantFrom<Fate[]>('confirmed', 'response_lost', 'request_lost', 'failed', 'failed_after_effect'),
        fc.record({ delayMs: fc.nat({ max: inFlightWindowMs - 1 }) }),
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('settle' as const), rollBack: fc.boolean() }) },
);

test("an update takes effect once and ends in the endpoint's state, whatever is lost, late or repeated", () => {
  fc.assert(
    fc.property(fc.array(aMove, { maxLength: 40 }), (moves) => {
      const endpoint = new ModelEndpoint();
      let deployment = aDeployment();
      let now = at;
      const end: Move[] = [
        { kind: 'observe', stale: false, fate: 'confirmed' },
        { kind: 'settle', rollBack: false },
        { kind: 'observe', stale: false, fate: 'confirmed' },
        { kind: 'settle', rollBack: false },
        { kind: 'observe', stale: false, fate: 'confirmed' },
      ];
      for (const [index, move] of [...moves, ...end].entries()) {
        if (deployment.finishedAt !== null) break;
        // Stale reads last for moments only. In the end enough time passes for delayed requests.
        if (index >= moves.length) now += inFlightWindowMs;
        now += move.kind === 'observe' && !move.stale ? staleReadWindowMs / 10 : 1;
        endpoint.arrive(now);
        if (move.kind === 'settle') endpoint.settle(move.rollBack);
        else deployment = advance(deployment, endpoint, move, now);
      }
      expect(['deployed', 'rolled_back']).toContain(deployment.status);
      expect(endpoint.effects).toBe(1);
      expect(endpoint.seen.endpointConfigName).toBe(deployment.status === 'deployed' ? 'new' : 'old');
      if (deployment.status === 'rolled_back') expect(deployment.failureReason).toBe('did not pass the health check');
    }),
    { numRuns: 2000 },
  );
});
