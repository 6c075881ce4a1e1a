import { setTimeout as wait } from 'node:timers/promises';
import type { BudgetedOperation, CallBudget } from '../ports/call-budget.ts';
import type { SageMaker } from '../ports/sagemaker.ts';
import { ownLimiter, type RequestLimiter, sharedLimiter } from './request-limiter.ts';

const budgeted: readonly string[] = ['CreateTrainingJob', 'ListTrainingJobs', 'Search'] satisfies BudgetedOperation[];

const isBudgeted = (operation: string): operation is BudgetedOperation => budgeted.includes(operation);

/** Returns the limiter of each operation: shared with all processes where SageMaker's limit is known to be the account's. */
export function limiters(budget?: CallBudget, leastRate?: number): (operation: string) => RequestLimiter {
  const known = new Map<string, RequestLimiter>();
  return (operation) => {
    const limiter =
      known.get(operation) ??
      (budget !== undefined && isBudgeted(operation) ? sharedLimiter(operation, budget, leastRate) : ownLimiter(leastRate));
    known.set(operation, limiter);
    return limiter;
  };
}

/** The turns of CreateTrainingJob. */
export const startBudget = (budget?: CallBudget): Pick<SageMaker, 'mayStartTraining' | 'awaitStartTurn'> => ({
  mayStartTraining: () => budget?.mayHaveSpare('CreateTrainingJob') ?? true,

  async awaitStartTurn({ maxWaitMs, signal }) {
    const until = performance.now() + maxWaitMs;
    for (;;) {
      signal?.throwIfAborted();
      const response = (await budget?.take('CreateTrainingJob', 'queued')) ?? { kind: 'unknown' as const };
      if (response.kind === 'granted') return { grantedAt: response.grantedAt, isFree: response.isFree };
      if (response.kind === 'unknown') return { grantedAt: null, isFree: false };
      if (performance.now() + response.ms > until) return null;
      await wait(response.ms, undefined, { signal });
    }
  },
});
