/** The operations of SageMaker whose requests all processes share, because SageMaker counts them for the whole account. */
export type BudgetedOperation = 'CreateTrainingJob' | 'ListTrainingJobs' | 'Search';

/**
 * `queued`: the next request that may be sent. `spare`: only one that nothing which is queued would take, so that a request which has
 * just come does not overtake those that wait.
 */
export type BudgetTurn = 'queued' | 'spare';

export type BudgetResponse =
  /** One request may be sent now. `isFree`: no rate is known, because SageMaker has not throttled the operation lately. */
  | { kind: 'granted'; grantedAt: number; isFree: boolean }
  | { kind: 'wait'; ms: number }
  /** Redis is unavailable. */
  | { kind: 'unknown' };

/**
 * How often all processes together may send the requests of an operation. A hint and never a lock: nothing depends on it but the number
 * of throttles, no method fails, and none waits for Redis longer than a moment.
 */
export interface CallBudget {
  take(operation: BudgetedOperation, turn: BudgetTurn): Promise<BudgetResponse>;
  /** SageMaker throttled a request that was granted at `grantedAt`; null: one that was sent while Redis was unavailable. */
  throttled(operation: BudgetedOperation, grantedAt: number | null): void;
  /** False while it is known, without asking, that no spare request may be sent. */
  mayHaveSpare(operation: BudgetedOperation): boolean;
}
