import { setTimeout as delay } from 'node:timers/promises';
import { isTransient } from '../../core/decide-retry.ts';
import { whyUnexpected } from '../../core/deployment/decide-verification.ts';
import type { VerifyRequest } from '../../core/delivery/policy.ts';
import { SageMakerError } from '../../core/errors.ts';
import { verifyTiming } from '../../core/timing.ts';
import type { DeploymentClaim } from './deployment-claim.ts';

/**
 * Sends one request of the policy to the live endpoint. Returns why it was not answered as expected, without any of the response's content;
 * null where it was. 429, 5xx and time-outs are tried again three times before they count.
 *
 * @throws {ClaimLostError}, and the reason of the signal.
 */
export async function sendRequest(claim: DeploymentClaim, request: VerifyRequest): Promise<string | null> {
  for (const [index, waitMs] of [...verifyTiming.retryDelaysMs, null].entries()) {
    const { why, isRetried } = await attempt(claim, request);
    if (why === null || !isRetried || waitMs === null)
      return why === null || index === 0 ? why : `${why} (${index + 1} attempts)`;
    await delay(waitMs, undefined, { signal: claim.options.signal });
  }
  return null;
}

async function attempt(
  { ctx, deployment, options }: DeploymentClaim,
  { body, contentType, expect }: VerifyRequest,
): Promise<{ why: string | null; isRetried: boolean }> {
  const { endpointName } = deployment;
  const { requestMs: timeoutMs } = verifyTiming;
  try {
    const result = await ctx.invocations.invokeEndpoint(
      { endpointName, body, contentType, timeoutMs },
      { ...options, maxWaitMs: timeoutMs },
    );
    if (result.kind === 'response') return { why: whyUnexpected(expect, result, ctx.checkJson), isRetried: false };
    const { originalStatus } = result;
    return {
      why: `the model answered with ${originalStatus === null ? 'an error' : `status ${originalStatus}`}`,
      isRetried: originalStatus === null || originalStatus === 429 || originalStatus >= 500,
    };
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    return { why: `${error.operation}: ${error.message}`, isRetried: isTransient(error.kind) };
  }
}
