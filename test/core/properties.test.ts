/** The state machines, whatever comes in whatever order: fast-check makes the orders up and shrinks what fails. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decideEndpoint, inFlightWindowMs, staleReadWindowMs } from '../../src/core/deployment/decide-endpoint.ts';
import { decideTraining, type TrainingObservation } from '../../src/core/training/decide-training.ts';
import type { Deployment, Endpoint } from '../../src/core/deployment/deployment.ts';
import { sagemakerErrorKinds } from '../../src/core/errors.ts';
import { isFinishedRun, type TrainingRun } from '../../src/core/training/training-run.ts';
import { aDeployment, aJob, anEndpoint, aRun, at, hour } from './samples.ts';

const limits = { maxTrainingWaitMs: 48 * hour, pollIntervalMs: 60_000 };

/** What the services do with a decision: record an outcome once, whoever comes first. */
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

test('a training ends in what SageMaker says, once, in any order and repetition of what is seen, and stays there', () => {
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

test('a training that has timed out still ends in what SageMaker says', () => {
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

/** SageMaker's endpoint as far as an update goes: what is asked for is refused while another is under way. */
class ModelEndpoint {
  seen: Endpoint = anEndpoint({ endpointConfigName: 'old' });
  effects = 0;
  #now = at;
  /** When requests arrive that are held up on their way. */
  #heldUp: number[] = [];
  #before: Endpoint = this.seen;

  update(config: string): 'accepted' | 'refused' {
    if (this.seen.status !== 'InService' || this.seen.endpointConfigName === config) return 'refused';
    this.effects += 1;
    this.#change({ status: 'Updating', pendingEndpointConfigName: config });
    return 'accepted';
  }

  holdUp(arrivesAt: number): void {
    this.#heldUp.push(arrivesAt);
  }

  arrive(now: number): void {
    for (const arrivesAt of this.#heldUp) if (arrivesAt <= now) this.update('new');
    this.#heldUp = this.#heldUp.filter((arrivesAt) => arrivesAt > now);
  }

  settle(rollBack: boolean): void {
    const { pendingEndpointConfigName: pending } = this.seen;
    if (pending === null) return;
    const config = rollBack ? this.seen.endpointConfigName : pending;
    this.#change({
      status: 'InService',
      pendingEndpointConfigName: null,
      endpointConfigName: config,
      failureReason: rollBack ? 'did not pass the health check' : null,
    });
  }

  /** What a look shows: now and then what was there a moment ago. */
  observe(stale: boolean): Endpoint {
    return stale ? this.#before : this.seen;
  }

  #change(fields: Partial<Endpoint>): void {
    this.#now += 1;
    this.#before = this.seen;
    this.seen = { ...this.seen, ...fields, modifiedAt: this.#now };
  }
}

type Move =
  | { kind: 'look'; stale: boolean; fate: 'answered' | 'answer_lost' | 'request_lost' | { heldUpMs: number } }
  | { kind: 'settle'; rollBack: boolean };

/** What a worker does in one look; `fate` is what becomes of the call it makes. */
function advance(
  deployment: Deployment,
  endpoint: ModelEndpoint,
  move: Extract<Move, { kind: 'look' }>,
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
            step: 'settle',
            acknowledgedAt: now,
            failureReason: deployment.failureReason ?? decision.failureReason,
          }
        : deployment;
    case 'update': {
      const requested: Deployment = {
        ...deployment,
        requestedAction: 'update',
        requestedAt: now,
        acknowledgedAt: null,
        baselineModifiedAt: seen.modifiedAt,
        previousEndpointConfigName: seen.endpointConfigName,
      };
      if (move.fate === 'request_lost') return requested;
      if (typeof move.fate === 'object') {
        endpoint.holdUp(now + move.fate.heldUpMs);
        return requested;
      }
      const response = endpoint.update('new');
      if (move.fate === 'answer_lost') return requested;
      return response === 'accepted' ? { ...requested, acknowledgedAt: now } : deployment;
    }
    default:
      throw new Error(`an update does not ${decision.kind}`);
  }
}

const aMove: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('look' as const),
      stale: fc.boolean(),
      fate: fc.oneof(
        fc.constantFrom('answered' as const, 'answer_lost' as const, 'request_lost' as const),
        fc.record({ heldUpMs: fc.nat({ max: inFlightWindowMs - 1 }) }),
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('settle' as const), rollBack: fc.boolean() }) },
);

test('an update is made once and ends in what the endpoint is on, whatever is lost, late or seen twice', () => {
  fc.assert(
    fc.property(fc.array(aMove, { maxLength: 40 }), (moves) => {
      const endpoint = new ModelEndpoint();
      let deployment = aDeployment();
      let now = at;
      const end: Move[] = [
        { kind: 'look', stale: false, fate: 'answered' },
        { kind: 'settle', rollBack: false },
        { kind: 'look', stale: false, fate: 'answered' },
        { kind: 'settle', rollBack: false },
        { kind: 'look', stale: false, fate: 'answered' },
      ];
      for (const [index, move] of [...moves, ...end].entries()) {
        if (deployment.finishedAt !== null) break;
        // Older views are shown for moments only. In the end enough time passes for what was held up.
        if (index >= moves.length) now += inFlightWindowMs;
        now += move.kind === 'look' && !move.stale ? staleReadWindowMs / 10 : 1;
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
