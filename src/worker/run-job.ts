import { ClaimLostError, StoreUnavailableError } from '../core/errors.ts';
import type { JobResult } from '../services/job-result.ts';
import type { HandlerContext, JobData, JobKind } from './handlers.ts';

/** What becomes of a job after a run. */
export type Verdict =
  | { kind: 'done'; said: string }
  /** `failingSince` undefined: as it was. */
  | { kind: 'again'; afterMs: number; failingSince?: number | null }
  /** To whoever comes first. */
  | { kind: 'release' }
  /** Somebody else has it. */
  | { kind: 'abandon' };

/** Why a run was told to stop. */
export type StopReason = 'shutdown' | 'lock_lost';

export interface RunContext extends HandlerContext {
  stopReason: () => StopReason | null;
  random: () => number;
}

const afterUnknownErrorMs = 30_000;
const jitteredMs = (fromMs: number, toMs: number, random: () => number): number =>
  Math.round(fromMs + (toMs - fromMs) * random());

/** Runs a handler on a job's data and says what becomes of the job. Never throws, so that BullMQ never makes a job `failed`. */
export async function runJob(kind: JobKind, rawData: unknown, context: RunContext): Promise<Verdict> {
  const parsed = kind.schema.safeParse(rawData);
  if (!parsed.success) {
    context.log.error({ data: rawData, faults: parsed.error.message }, 'the job’s data can’t be understood; it is removed');
    return { kind: 'done', said: 'removed: its data could not be understood' };
  }
  try {
    const outcome = await kind.handle(parsed.data, context);
    return context.stopReason() === 'lock_lost' ? { kind: 'abandon' } : verdictOn(outcome, parsed.data);
  } catch (error) {
    return verdictOnError(error, context);
  }
}

function verdictOn(outcome: JobResult, data: JobData): Verdict {
  switch (outcome.kind) {
    case 'done':
      return { kind: 'done', said: 'done' };
    case 'again':
      return outcome.failingSince === (data.failing_since ?? null)
        ? { kind: 'again', afterMs: outcome.afterMs }
        : { kind: 'again', afterMs: outcome.afterMs, failingSince: outcome.failingSince };
  }
}

function verdictOnError(error: unknown, { log, stopReason, random }: RunContext): Verdict {
  const reason = stopReason();
  if (reason === 'lock_lost') {
    log.warn({ err: error }, 'the job was taken over by another worker; this run ends');
    return { kind: 'abandon' };
  }
  // Whatever an aborted call threw: the run was told to stop, and it did.
  if (reason === 'shutdown') return { kind: 'release' };
  if (error instanceof ClaimLostError) {
    // Another run has the work. If this one still holds the job, as after the queue was emptied and refilled, it looks again.
    log.info({ reason: error.message }, 'another run has taken over the work; this run ends');
    return { kind: 'again', afterMs: jitteredMs(1000, 5000, random) };
  }
  if (error instanceof StoreUnavailableError) {
    const afterMs = jitteredMs(1000, 5000, random);
    log.warn({ err: error, next_observation_ms: afterMs }, 'the database is away; trying again');
    return { kind: 'again', afterMs };
  }
  log.error({ err: error, next_observation_ms: afterUnknownErrorMs }, 'the job met an error that nobody foresaw; trying again');
  return { kind: 'again', afterMs: afterUnknownErrorMs };
}
