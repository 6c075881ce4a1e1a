/** How often and after how long a call is tried again, by what went wrong; the SDK's own numbers, save the attempts. */
interface Policy {
  maxAttempts: number;
  firstDelayMs: number;
}

const longestDelayMs = 20_000;
/**
 * Quotas of 1 or 2 a second need more attempts than the SDK's three attempts
 * (docs/reference/sagemaker-behavior.md#the-sdk-retries-too-briefly).
 */
const throttled: Policy = { maxAttempts: 10, firstDelayMs: 1_000 };
const unavailable: Policy = { maxAttempts: 4, firstDelayMs: 50 };

export type RetryClass = 'throttled' | 'unavailable';

const policyOf = (problem: RetryClass): Policy => (problem === 'throttled' ? throttled : unavailable);

export const mayTryAgain = (problem: RetryClass, attempts: number): boolean => attempts < policyOf(problem).maxAttempts;

/** The wait after so many attempts: doubled each time, with full jitter. @param random uniform in [0, 1). */
export const backoffMs = (problem: RetryClass, attempts: number, random: number): number =>
  random * Math.min(longestDelayMs, policyOf(problem).firstDelayMs * 2 ** (attempts - 1));
