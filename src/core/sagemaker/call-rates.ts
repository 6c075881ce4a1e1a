/**
 * How fast the processes together send requests of the operations that SageMaker limits for the whole account
 * (docs/reference/sagemaker-behavior.md#request-rates-are-low). Rates are requests a second.
 */

/** Half of what SageMaker allows ListTrainingJobs: other programs use the account, too. Nothing is documented for Search. */
export const fixedRates = { ListTrainingJobs: 1, Search: 1 } as const;

/**
 * The rate of CreateTrainingJob, which differs from account to account, is learnt from its throttles. Until the first one there is none.
 * From then on it follows the requests that were sent since the last throttle: first it grows with each, to find the account's rate; after
 * the next throttle it stays just below the rate of that throttle for `plateauRequests`, then it rises, slowly at first (a cubic function,
 * as TCP CUBIC's). docs/adr/0026-one-budget-for-all-processes.md has the reasons.
 */
export const learntRate = {
  first: 1,
  /** With each request, and no more than twice in a second: a burst that SageMaker still allows says nothing about the rate. */
  startGrowth: 1.25,
  /** A throttle after so few requests says that the rate is far too high; after somewhat more, that it was passed in one step. */
  farTooHighBelow: 3,
  farTooHighFactor: 0.6,
  passedBelow: 5,
  passedFactor: 0.85,
  /** Later, by a little. */
  reachedFactor: 0.97,
  /** Where the rate begins after a throttle, as a share of the plateau. */
  afterThrottle: 0.85,
  plateauRequests: 30,
  /** Here the search for the account's rate begins again, as after minutes in which everything was throttled. */
  least: 0.25,
  /** From here on there is no rate any more. */
  most: 2000,
  /** A rate that nothing has used for so long is forgotten. */
  forgottenAfterMs: 10 * 60_000,
} as const;
