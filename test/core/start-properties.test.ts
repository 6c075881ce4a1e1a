/** The start of a training against a model of SageMaker and the store, in any order of failures: fast-check shrinks what fails. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SageMakerError, type SageMakerErrorKind } from '../../src/core/errors.ts';
import { startTiming } from '../../src/core/timing.ts';
import { decideSearch, decideStart, planStart, type StartDecision } from '../../src/core/training/decide-start.ts';
import type { FoundTrainingJob } from '../../src/core/training/match-job.ts';
import {
  observeExisting,
  observeFailedSearch,
  observeStartError,
  type StartObservation,
} from '../../src/core/training/observe-start.ts';
import type { StartRefusal } from '../../src/core/training/start-refusal.ts';
import { isBeingStarted, type TrainingRun } from '../../src/core/training/training-run.ts';
import { aRun, at, hour } from './samples.ts';

/** What becomes of a call of CreateTrainingJob. `late`: it takes effect, or shows, that much later. */
type Fate =
  | { kind: 'responds' | 'response_lost' | 'request_lost' }
  | { kind: 'late'; ms: number }
  | { kind: 'refused'; error: SageMakerErrorKind };
type Move =
  | { kind: 'check'; create: Fate; isSearchable: boolean; dies: boolean }
  | { kind: 'stop' }
  | { kind: 'wait'; ms: number };

const errorOf = (kind: SageMakerErrorKind, effect: 'none' | 'unknown'): SageMakerError =>
  new SageMakerError({
    kind,
    operation: 'CreateTrainingJob',
    resource: 'training_job',
    message: kind,
    effect,
    possiblyInFlight: false,
    code: kind,
    requestId: null,
  });

class Model {
  now = at;
  run: TrainingRun | null;
  refusal: StartRefusal | null = null;
  /** When the run's training exists and is shown; null while none was created. */
  visibleAt: number | null = null;
  readonly isNameForeign: boolean;

  constructor(isNameForeign: boolean, idempotencyKey: string | null) {
    this.isNameForeign = isNameForeign;
    const own = { status: 'requested', trainingJobArn: null, trainingSinceAt: null, idempotencyKey } as const;
    this.run = aRun({ ...own, startAttemptedAt: at, startAttempts: 1 });
  }

  /** `meanwhile`: what happens before the API searches, or takes note of the response. */
  request(fate: Fate, isSearchable: boolean, meanwhile: readonly Move[]): void {
    const { run } = this;
    if (run === null) return;
    const error = this.#call(fate);
    for (const move of meanwhile) this.move(move);
    const decision = decideStart(run, this.#observe(run, error, isSearchable), this.#attempt('request'));
    const isChanged = this.#apply(run, decision);
    if ('refusal' in decision && (isChanged || this.run === null)) this.refusal = decision.refusal;
  }

  move(move: Move): void {
    if (move.kind === 'wait') this.now += move.ms;
    else if (move.kind === 'stop') this.stop();
    else this.check(move);
  }

  check({ create, isSearchable, dies }: Extract<Move, { kind: 'check' }>): void {
    const { run } = this;
    if (run?.status !== 'requested') return;
    const plan = planStart(run, this.now);
    if (plan === 'search') {
      const found = isSearchable ? this.#find() : { kind: 'error' as const, error: errorOf('throttled', 'none') };
      this.#apply(run, decideSearch(run, found, this.#attempt('worker')));
    } else if (plan === 'create') {
      const leased: TrainingRun = {
        ...run,
        startAttemptedAt: this.now,
        startAttempts: run.startAttempts + 1,
        startUnresolvedAt: run.startAttemptedAt ?? run.startUnresolvedAt,
      };
      this.run = leased;
      const observation = this.#observe(leased, this.#call(create), isSearchable);
      // The worker may be killed between the call and the record.
      if (!dies) this.#apply(leased, decideStart(leased, observation, this.#attempt('worker')));
    } else this.#apply(run, plan);
  }

  stop(): void {
    if (this.run !== null) this.run = { ...this.run, stopRequestedAt: this.run.stopRequestedAt ?? this.now };
  }

  #attempt(caller: 'request' | 'worker') {
    const limits = { maxTrainingWaitMs: 48 * hour, pollIntervalMs: 60_000 };
    return { caller, now: this.now, limits, random: () => 0.5 };
  }

  /** As startRun does: what the error says, and a search where that leaves the outcome open. */
  #observe(run: TrainingRun, error: SageMakerError | null, isSearchable: boolean): StartObservation {
    if (error === null) return { kind: 'started', arn: 'arn' };
    const certain = observeStartError(run, error);
    if (certain !== null) return certain;
    return isSearchable ? observeExisting(run, error, this.#find()) : observeFailedSearch(error, errorOf('throttled', 'none'));
  }

  #call(fate: Fate): SageMakerError | null {
    if (fate.kind === 'refused') return errorOf(fate.error, 'none');
    if (fate.kind === 'request_lost') return errorOf('unavailable', 'unknown');
    if (this.isNameForeign || this.visibleAt !== null) return errorOf('already_exists', 'none');
    this.visibleAt = this.now + (fate.kind === 'late' ? fate.ms : 0);
    return fate.kind === 'responds' ? null : errorOf('unavailable', 'unknown');
  }

  #find(): FoundTrainingJob {
    if (this.isNameForeign) return { kind: 'foreign' };
    return this.visibleAt !== null && this.visibleAt <= this.now ? { kind: 'own', arn: 'arn' } : { kind: 'missing' };
  }

  /** As the store does: compares before it sets. False when the run was changed meanwhile. */
  #apply(before: TrainingRun, decision: StartDecision): boolean {
    const { run } = this;
    if (run?.status !== 'requested') return false;
    const isOfAttempt = run.startAttemptedAt === before.startAttemptedAt;
    switch (decision.kind) {
      case 'mark_started':
        this.run = { ...run, status: 'training', trainingJobArn: decision.arn };
        return true;
      case 'retry':
        this.run = {
          ...run,
          startAttemptedAt: decision.releaseLease && isOfAttempt ? null : run.startAttemptedAt,
          startRefusedSince: decision.releaseLease && isOfAttempt ? decision.refusedSince : run.startRefusedSince,
          overdueSince: decision.overdueSince,
        };
        return true;
      case 'discard':
        if (isOfAttempt) this.run = null;
        return isOfAttempt;
      case 'abandon':
        if (isOfAttempt) this.run = { ...run, abandonedAt: this.now, stopRequestedAt: run.stopRequestedAt ?? this.now };
        return isOfAttempt;
      case 'cancel': {
        if (!isOfAttempt || run.stopRequestedAt !== null) return false;
        const { failureReason, failureKind } = decision;
        this.run = { ...run, stopRequestedAt: this.now, failureReason, failureKind };
        return true;
      }
      case 'finish':
        this.run = { ...run, status: decision.outcome.status };
        return true;
      case 'keep':
        return true;
      case 'leave':
        return false;
    }
  }
}

const aFate: fc.Arbitrary<Fate> = fc.oneof(
  fc.record({ kind: fc.constantFrom('responds' as const, 'response_lost' as const, 'request_lost' as const) }),
  // SageMaker shows what arrives within the in-flight window, which a start lease covers.
  fc.record({ kind: fc.constant('late' as const), ms: fc.nat({ max: startTiming.leaseMs - 1 }) }),
  fc.record({
    kind: fc.constant('refused' as const),
    error: fc.constantFrom<SageMakerErrorKind>('throttled', 'quota', 'invalid', 'access_denied', 'unauthenticated', 'unknown'),
  }),
);
const aMove: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('check' as const), create: aFate, isSearchable: fc.boolean(), dies: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(500, 5000, 16_000, hour) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop' as const) }) },
);

test('decideStart > leaves no training without a run, whatever is lost, late, refused or killed', () => {
  const someMoves = (maxLength: number) => fc.array(aMove, { maxLength });
  fc.assert(
    fc.property(
      fc.record({ isForeign: fc.boolean(), hasKey: fc.boolean(), first: aFate, isSearchable: fc.boolean() }),
      someMoves(4),
      someMoves(25),
      ({ isForeign, hasKey, first, isSearchable }, meanwhile, moves) => {
        const model = new Model(isForeign, hasKey ? 'key' : null);
        model.request(first, isSearchable, meanwhile);
        for (const move of moves) model.move(move);
        // In the end SageMaker responds, and checks continue.
        for (let count = 0; count < 5; count += 1) {
          model.now += startTiming.leaseMs;
          model.check({ kind: 'check', create: { kind: 'responds' }, isSearchable: true, dies: false });
        }
        const { run, refusal, visibleAt } = model;
        expect(run !== null && isBeingStarted(run, model.now)).toBe(false);
        expect(run?.status).not.toBe('requested');
        expect(run?.status === 'training').toBe(visibleAt !== null);
        if (run !== null && run.abandonedAt !== null) expect(run.stopRequestedAt).not.toBeNull();
        if (refusal !== null && refusal.code !== 'sagemaker_unavailable') expect([run, visibleAt]).toEqual([null, null]);
        // Without a key the caller has no other way to the run: what is refused is not deployed, and what is accepted stays.
        if (refusal !== null && !hasKey && run !== null) expect(run.abandonedAt).not.toBeNull();
        if (refusal === null) expect(run).not.toBeNull();
        if (isForeign) expect(visibleAt).toBeNull();
      },
    ),
    { numRuns: 3000 },
  );
});
