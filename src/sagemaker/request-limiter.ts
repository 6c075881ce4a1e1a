import { setTimeout as wait } from 'node:timers/promises';
import { raceAbort } from '../async/race-abort.ts';
import { fixedRates } from '../core/sagemaker/call-rates.ts';
import type { BudgetedOperation, CallBudget } from '../ports/call-budget.ts';
import type { CallOptions, StartTurn } from '../ports/sagemaker.ts';
import { AdaptiveRateLimiter } from './adaptive-rate-limiter.ts';
import { BurstWindow, longestBurstWaitMs } from './burst-window.ts';

/** The request would have to wait for longer than its caller does. */
export class HeldBackError extends Error {}

/** A request that may be sent. Each has to be returned once, with its response. */
export interface Pass {
  /** By the budget of all processes; null where it was not asked. */
  readonly grantedAt: number | null;
  readonly isInBurst: boolean;
}

/** Limits the requests of one operation before they leave the process. */
export interface RequestLimiter {
  /** Waits until one request may be sent. @throws {HeldBackError}; the signal's reason when it is aborted first. */
  pass(turn: CallOptions['turn'], signal: AbortSignal): Promise<Pass>;
  /** `none`: nothing was sent, or nothing came back. */
  returned(pass: Pass, response: 'ok' | 'throttled' | 'none'): void;
}

/** By this process's own throttles. */
export function ownLimiter(leastRate?: number): RequestLimiter {
  const adaptive = new AdaptiveRateLimiter(leastRate);
  return {
    async pass(_turn, signal) {
      await adaptive.acquire(signal);
      return { grantedAt: null, isInBurst: false };
    },
    returned(_pass, response) {
      if (response !== 'none') adaptive.recordResponse({ throttled: response === 'throttled' });
    },
  };
}

/**
 * A limiter for an operation with a budget of all processes. While Redis is unavailable, or too busy to respond, the process goes by its own
 * throttles, as it does always for an operation with a fixed rate, which other programs of the account use up, too. What may not wait is
 * held back then as with the budget.
 */
export function sharedLimiter(operation: BudgetedOperation, budget: CallBudget, leastRate?: number): RequestLimiter {
  const adaptive = new AdaptiveRateLimiter(leastRate);
  const burst = new BurstWindow();
  const fixedRate = operation in fixedRates ? fixedRates[operation as keyof typeof fixedRates] : null;
  const gapMs = fixedRate === null ? 0 : 1000 / fixedRate;
  /** When this process may send again while Redis is unavailable. */
  let aloneFrom = 0;
  let wasThrottled = false;

  /** Returns null where the caller has to begin again. */
  const alone = async (longestWaitMs: number, isForced: boolean, signal: AbortSignal): Promise<Pass | null> => {
    if (fixedRate === null && !wasThrottled)
      return (await burst.enter(isForced, signal)) ? { grantedAt: null, isInBurst: true } : null;
    const waitMs = aloneFrom - performance.now();
    if (waitMs > longestWaitMs) throw new HeldBackError();
    aloneFrom = Math.max(aloneFrom, performance.now()) + gapMs;
    if (waitMs > 0) await raceAbort(wait(waitMs, undefined, { signal }), signal);
    await within(longestWaitMs, signal, (both) => adaptive.acquire(both));
    return { grantedAt: null, isInBurst: false };
  };
  const granted = async ({ grantedAt, isFree }: StartTurn, isForced: boolean, signal: AbortSignal): Promise<Pass | null> => {
    aloneFrom = performance.now() + gapMs;
    if (fixedRate !== null) await adaptive.acquire(signal);
    if (fixedRate !== null || !isFree) return { grantedAt, isInBurst: false };
    return (await burst.enter(isForced, signal)) ? { grantedAt, isInBurst: true } : null;
  };

  return {
    async pass(turn = { kind: 'queued', longestWaitMs: Infinity }, signal) {
      const beganAt = performance.now();
      const forcedFrom = beganAt + longestBurstWaitMs;
      const longestWaitMs = turn.kind === 'granted' ? Infinity : turn.longestWaitMs;
      /** Where many wait, others may take the turn that was waited for, again and again. */
      const leftMs = (): number => Math.max(0, Math.floor(beganAt + longestWaitMs - performance.now()));
      let ahead = turn.kind === 'granted' ? turn.turn : null;
      for (;;) {
        signal.throwIfAborted();
        const isForced = performance.now() >= forcedFrom;
        const response: Awaited<ReturnType<CallBudget['take']>> =
          ahead === null
            ? await raceAbort(budget.take(operation, turn.kind === 'spare' ? 'spare' : 'queued'), signal)
            : ahead.grantedAt === null
              ? { kind: 'unknown' }
              : { kind: 'granted', grantedAt: ahead.grantedAt, isFree: ahead.isFree };
        ahead = null;
        if (response.kind !== 'wait') {
          const pass =
            response.kind === 'unknown' ? await alone(leftMs(), isForced, signal) : await granted(response, isForced, signal);
          if (pass !== null) return pass;
        } else {
          if (response.ms > leftMs()) throw new HeldBackError();
          await wait(response.ms, undefined, { signal }).catch(() => undefined);
        }
      }
    },

    returned({ grantedAt, isInBurst }, response) {
      if (response === 'throttled') budget.throttled(operation, grantedAt);
      wasThrottled ||= response === 'throttled';
      if (response !== 'none') adaptive.recordResponse({ throttled: response === 'throttled' });
      if (isInBurst) burst.leave(response);
    },
  };
}

/** @throws {HeldBackError} when the work does not resolve within that time; the signal's reason when it is aborted first. */
async function within(limitMs: number, signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  if (limitMs === Infinity) return work(signal);
  const overdue = AbortSignal.timeout(limitMs);
  try {
    await work(AbortSignal.any([signal, overdue]));
  } catch (error) {
    signal.throwIfAborted();
    throw overdue.aborted ? new HeldBackError() : error;
  }
}
