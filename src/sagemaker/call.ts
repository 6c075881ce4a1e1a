import type { SageMakerClient, ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-sagemaker';
import { isTransientError } from '@smithy/core/retry';
import { setTimeout as wait } from 'node:timers/promises';
import { SageMakerError, type SideEffect } from '../core/errors.ts';
import type { CallOptions } from '../ports/sagemaker.ts';
import { attempt, type SageMakerCommand } from './attempt.ts';
import { backoffMs, mayTryAgain, type RetryClass } from './backoff.ts';
import type { Credentials } from './credentials.ts';
import { sideEffectOf, isRefusedForClock, sagemakerError, type Failure } from './to-sagemaker-error.ts';
import { CallAbortedError, CallDeadline } from './call-deadline.ts';
import { AdaptiveRateLimiter } from './adaptive-rate-limiter.ts';
import { type Mask, redactForeignValues } from './redact.ts';

export interface CallerOptions {
  client: SageMakerClient;
  /** Told of every answer. */
  credentials: Credentials;
  maxWaitMs: number;
  /** Told once for each call: `ok`, the kind of the error, or `stopped` when the guard ended it. */
  onCall: (operation: string, result: string) => void;
  /** Uniform in [0, 1). */
  random: () => number;
}

/** Makes a call of SageMaker; a new command for each attempt. */
export type Caller = <Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
  operation: string,
  command: () => SageMakerCommand<Input, Output>,
  options?: CallOptions,
  /** Hides what of the request is not to be seen in an error. */
  mask?: Mask,
) => Promise<Output>;

/** Calls with attempts that back off, a gate for each operation, and one account of what the attempts may have done. */
export function createCaller({ client, credentials, maxWaitMs, onCall, random }: CallerOptions): Caller {
  const gates = new Map<string, AdaptiveRateLimiter>();
  const limiterFor = (operation: string): AdaptiveRateLimiter => {
    const gate = gates.get(operation) ?? new AdaptiveRateLimiter();
    gates.set(operation, gate);
    return gate;
  };

  return async (operation, command, options = {}, mask = redactForeignValues) => {
    const callDeadline = new CallDeadline(options.maxWaitMs ?? maxWaitMs, options.signal);
    try {
      const call = { operation, command, client, credentials, gate: limiterFor(operation), options, mask, callDeadline, random };
      const output = await tryUntilOver(call);
      onCall(operation, 'ok');
      return output;
    } catch (error) {
      onCall(operation, error instanceof SageMakerError ? error.kind : 'stopped');
      throw error;
    } finally {
      callDeadline.dispose();
    }
  };
}

interface Call<Input extends ServiceInputTypes, Output extends ServiceOutputTypes> {
  operation: string;
  command: () => SageMakerCommand<Input, Output>;
  client: SageMakerClient;
  credentials: Credentials;
  gate: AdaptiveRateLimiter;
  options: CallOptions;
  mask: Mask;
  callDeadline: CallDeadline;
  random: () => number;
}

async function tryUntilOver<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>({
  operation,
  command,
  client,
  credentials,
  gate,
  options: { guard, retryThrottles = true, retryIndeterminate = true },
  mask,
  callDeadline,
  random,
}: Call<Input, Output>): Promise<Output> {
  let effect: SideEffect = 'none';
  let last: Failure | null = null;
  let clockWasSet = false;
  for (let attempts = 1; ; attempts += 1) {
    await gate.pass(callDeadline.signal).catch((aborted: CallAbortedError) => {
      throw sagemakerError(operation, aborted.why === 'signal' ? unsent(aborted) : (last ?? heldBack(operation)), effect, mask);
    });
    const result = await attempt({ client, credentials }, command(), { signal: callDeadline.signal, guard });
    if (result.kind === 'stopped') throw result.error;
    if (result.kind === 'ok') {
      gate.responded('otherwise');
      credentials.responded(null);
      return result.output;
    }

    // Once: a second signature that is refused is refused for something else.
    const isSkewed: boolean = !clockWasSet && isRefusedForClock(operation, result.failure);
    clockWasSet ||= isSkewed;
    const failure = { ...result.failure, isSkewed };
    if (sideEffectOf(failure) === 'unknown') effect = 'unknown';
    if (failure.error instanceof CallAbortedError) {
      throw sagemakerError(operation, failure.error.why === 'time' ? (last ?? failure) : failure, effect, mask);
    }
    const error = sagemakerError(operation, failure, effect, mask);
    gate.responded(error.kind === 'throttled' ? 'throttled' : 'otherwise');
    if (error.kind === 'unauthenticated') credentials.responded(error);
    else if (failure.status !== null) credentials.responded(null);
    const problem = passingError(error, failure);
    const endsAtOnce = (problem === 'throttled' && !retryThrottles) || (effect === 'unknown' && !retryIndeterminate);
    if (problem === null || endsAtOnce || !mayTryAgain(problem, attempts)) throw error;
    const delayMs = backoffMs(problem, attempts, random());
    if (delayMs >= callDeadline.leftMs) throw error;
    last = failure;
    // When it is given up meanwhile, the gate says so.
    await wait(delayMs, undefined, { signal: callDeadline.signal }).catch(() => undefined);
  }
}

/** What may be over in a moment; the SDK's judgement of what is transient, and a clock that it has just set right. */
function passingError({ kind }: SageMakerError, { error, isSkewed }: Failure): RetryClass | null {
  if (kind === 'throttled') return 'throttled';
  const seen = (error instanceof Error ? error : new Error(String(error))) as Parameters<typeof isTransientError>[0];
  return isSkewed === true || (kind === 'unavailable' && isTransientError(seen)) ? 'unavailable' : null;
}

const unsent = (error: Error): Failure => ({ error, sent: false, status: null });

/** The first attempt never got its turn, because SageMaker has been throttling the operation. */
const heldBack = (operation: string): Failure =>
  unsent(
    Object.assign(new Error(`SageMaker throttles ${operation}, and the call's time was over before its turn.`), {
      name: 'ThrottledBeforehand',
    }),
  );
