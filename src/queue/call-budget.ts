import type { Redis } from 'ioredis';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { fixedRates } from '../core/sagemaker/call-rates.ts';
import type { BudgetResponse, BudgetedOperation, BudgetTurn, CallBudget } from '../ports/call-budget.ts';
import { takeScript, throttledScript } from './call-budget-scripts.ts';

/** For so long a process sends without asking again where no rate was known. */
const freeMs = 250;
/** How long a caller waits for Redis, and for how long the process does not ask it after that. */
const responseMs = 150;
const leftAloneMs = 2000;

/** What a process knows of an operation without asking, by its monotonic clock. */
interface Known {
  /** Until when no rate is known to hold, and the instant of Redis then. */
  freeUntil: number;
  freeUntilByRedis: number;
  /** Before that there is no spare request. */
  spareFrom: number;
}

interface CallBudgetOptions {
  redis: Pick<Redis, 'eval' | 'status'>;
  queuePrefix: string;
  /** In place of the clock of Redis, in milliseconds. */
  now?: () => number;
}

/** Rejects when the time is over and what has arrived by then is read: a busy process notices both late, the time first. */
async function noResponse(): Promise<never> {
  await wait(responseMs);
  for (let round = 0; round < 2; round += 1) await nextTurn();
  throw new Error(`no response within ${responseMs} ms`);
}

/** The budget of all processes with the same Redis and prefix: one hash an operation, and two scripts. */
export function createCallBudget({ redis, queuePrefix, now }: CallBudgetOptions): CallBudget {
  const known = new Map<BudgetedOperation, Known>();
  let leftAloneUntil = 0;
  const knownOf = (operation: BudgetedOperation): Known => {
    const found = known.get(operation) ?? { freeUntil: 0, freeUntilByRedis: 0, spareFrom: 0 };
    known.set(operation, found);
    return found;
  };
  const run = async (script: string, operation: BudgetedOperation, ...args: string[]): Promise<unknown> => {
    if (redis.status !== 'ready' || performance.now() < leftAloneUntil) return null;
    const key = `${queuePrefix}:budget:${operation}`;
    try {
      const response = redis.eval(script, 1, key, String(now?.() ?? ''), ...args);
      return await Promise.race([response, noResponse()]);
    } catch {
      leftAloneUntil = performance.now() + leftAloneMs;
      return null;
    }
  };

  return {
    async take(operation: BudgetedOperation, turn: BudgetTurn): Promise<BudgetResponse> {
      const mine = knownOf(operation);
      const freeForMs = mine.freeUntil - performance.now();
      if (freeForMs > 0) return { kind: 'granted', grantedAt: mine.freeUntilByRedis - freeForMs, isFree: true };
      const fixed = operation in fixedRates ? String(fixedRates[operation as keyof typeof fixedRates]) : '';
      const response = (await run(takeScript, operation, fixed, turn === 'spare' ? '1' : '0')) as number[] | null;
      if (response === null) return { kind: 'unknown' };
      const [isGranted, waitMs = 0, at = 0, isFree] = response;
      if (isFree === 1) {
        mine.freeUntil = performance.now() + freeMs;
        mine.freeUntilByRedis = at + freeMs;
      }
      if (isGranted === 1) return { kind: 'granted', grantedAt: at, isFree: isFree === 1 };
      if (turn === 'spare') mine.spareFrom = performance.now() + waitMs;
      return { kind: 'wait', ms: waitMs };
    },

    throttled(operation, grantedAt) {
      knownOf(operation).freeUntil = 0;
      void run(throttledScript, operation, grantedAt === null ? '' : String(Math.floor(grantedAt)));
    },

    mayHaveSpare: (operation) => performance.now() >= knownOf(operation).spareFrom,
  };
}
