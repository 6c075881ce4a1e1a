/** How often and after how long a call is tried again, by what went wrong; the SDK's own numbers, save the attempts. */
interface Policy {
  maxAttempts: number;
  firstDelayMs: number;
}

const longestDelayMs = 20_000;
/**
 * Quotas of 1 or 2 a second need more patience than the SDK's three attempts
 * (docs/reference/sagemaker-behavior.md#the-sdk-retries-too-briefly).
 */
const throttled: Policy = { maxAttempts: 10, firstDelayMs: 1_000 };
const unavailable: Policy = { maxAttempts: 4, firstDelayMs: 50 };

export type Trouble = 'throttled' | 'unavailable';

const policyOf = (trouble: Trouble): Policy => (trouble === 'throttled' ? throttled : unavailable);

export const mayTryAgain = (trouble: Trouble, attempts: number): boolean => attempts < policyOf(trouble).maxAttempts;

/** The wait after so many attempts: doubled each time, with full jitter. @param random uniform in [0, 1). */
export const backoffMs = (trouble: Trouble, attempts: number, random: number): number =>
  random * Math.min(longestDelayMs, policyOf(trouble).firstDelayMs * 2 ** (attempts - 1));
