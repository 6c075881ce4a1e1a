import type { SageMakerClient, ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-sagemaker';
import { isTransientError } from '@smithy/core/retry';
import { setTimeout as wait } from 'node:timers/promises';
import { SageMakerError, type SideEffect, unsentCode } from '../core/errors.ts';
import type { CallOptions } from '../ports/sagemaker.ts';
import { attempt, type SageMakerCommand } from './attempt.ts';
import { backoffMs, mayTryAgain, type RetryClass } from './backoff.ts';
import type { Credentials } from './credentials.ts';
import { sideEffectOf, isRefusedForClock, sagemakerError, type Failure } from './to-sagemaker-error.ts';
import { CallAbortedError, CallDeadline } from './call-deadline.ts';
import { type Mask, redactForeignValues, redactUserValues } from './redact.ts';
import type { HeldBackError, Pass, RequestLimiter } from './request-limiter.ts';

export interface CallerOptions {
  /** Whom it calls, in words: SageMaker by default. */
  service?: string;
  client: SageMakerClient;
  /** Gets every response. */
  credentials: Credentials;
  maxWaitMs: number;
  /** The operation's own: SageMaker limits each by itself. */
  limiterFor: (operation: string) => RequestLimiter;
  /** How often a request is sent at most; by default as often as it makes sense. */
  maxAttempts?: number;
  /**
   * Called once for each call: `ok`, the kind of the error, `model_error` for one of a model's container, `held_back` when its turn did
   * not come, or `vetoed` when `beforeSend` threw.
   */
  onCall: (operation: string, result: string) => void;
  /** Uniform in [0, 1). */
  random: () => number;
}

/** Calls SageMaker, with a new command for each attempt. */
export type Caller = <Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
  operation: string,
  command: () => SageMakerCommand<Input, Output>,
  options?: CallOptions,
  /** Hides what of the request is not to be seen in an error; by default what the options hide. */
  mask?: Mask,
) => Promise<Output>;

/** Calls with attempts that back off, a limiter for each operation, and one account of what the attempts may have done. */
export function createCaller({
  service = 'SageMaker',
  client,
  credentials,
  maxWaitMs,
  limiterFor,
  maxAttempts = Infinity,
  onCall,
  random,
}: CallerOptions): Caller {
  return async (operation, command, options = {}, mask = maskOf(options)) => {
    const callDeadline = new CallDeadline(service, options.maxWaitMs ?? maxWaitMs, options.signal);
    try {
      const call = {
        service,
        operation,
        command,
        client,
        credentials,
        limiter: limiterFor(operation),
        options,
        mask,
        callDeadline,
        maxAttempts,
        random,
      };
      const output = await tryUntilOver(call);
      onCall(operation, 'ok');
      return output;
    } catch (error) {
      onCall(operation, resultOf(error));
      throw error;
    } finally {
      callDeadline.dispose();
    }
  };
}

/** What hides the values of the options. */
export const maskOf = ({ hide }: Pick<CallOptions, 'hide'> = {}): Mask =>
  hide === undefined ? redactForeignValues : redactUserValues(hide);

function resultOf(error: unknown): string {
  if (!(error instanceof SageMakerError)) return 'vetoed';
  if (error.code === modelErrorCode) return 'model_error';
  return error.code === unsentCode.heldBack ? 'held_back' : error.kind;
}

interface Call<Input extends ServiceInputTypes, Output extends ServiceOutputTypes> {
  service: string;
  operation: string;
  command: () => SageMakerCommand<Input, Output>;
  client: SageMakerClient;
  credentials: Credentials;
  limiter: RequestLimiter;
  options: CallOptions;
  mask: Mask;
  callDeadline: CallDeadline;
  maxAttempts: number;
  random: () => number;
}

async function tryUntilOver<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>({
  service,
  operation,
  command,
  client,
  credentials,
  limiter,
  options: { beforeSend, retryThrottles = true, retryIndeterminate = true, turn },
  mask,
  callDeadline,
  maxAttempts,
  random,
}: Call<Input, Output>): Promise<Output> {
  let effect: SideEffect = 'none';
  let last: Failure | null = null;
  let clockWasSet = false;
  for (let attempts = 1; ; attempts += 1) {
    // A turn is good for one request.
    const pass: Pass = await limiter
      .pass(attempts === 1 ? turn : undefined, callDeadline.signal)
      .catch((error: CallAbortedError | HeldBackError) => {
        const isCalledOff = error instanceof CallAbortedError && error.why === 'signal';
        throw sagemakerError(operation, isCalledOff ? unsent(error) : (last ?? heldBack(service, operation)), effect, mask);
      });
    const result = await attempt({ client, credentials }, command(), { signal: callDeadline.signal, beforeSend });
    if (result.kind === 'vetoed') {
      limiter.returned(pass, 'none');
      throw result.error;
    }
    if (result.kind === 'ok') {
      limiter.returned(pass, 'ok');
      credentials.responded(null);
      return result.output;
    }

    // Once: a second signature that is refused is refused for something else.
    const isSkewed: boolean = !clockWasSet && isRefusedForClock(operation, result.failure);
    clockWasSet ||= isSkewed;
    const failure = { ...result.failure, isSkewed };
    if (sideEffectOf(failure) === 'unknown') effect = 'unknown';
    if (failure.error instanceof CallAbortedError) {
      limiter.returned(pass, 'none');
      throw sagemakerError(operation, failure.error.why === 'time' ? (last ?? failure) : failure, effect, mask);
    }
    const error = sagemakerError(operation, failure, effect, mask);
    limiter.returned(pass, error.kind === 'throttled' ? 'throttled' : failure.status === null ? 'none' : 'ok');
    if (error.kind === 'unauthenticated') credentials.responded(error);
    else if (failure.status !== null) credentials.responded(null);
    const problem = passingError(error, failure);
    const endsAtOnce = (problem === 'throttled' && !retryThrottles) || (effect === 'unknown' && !retryIndeterminate);
    if (problem === null || endsAtOnce || attempts >= maxAttempts || !mayTryAgain(problem, attempts)) throw error;
    const delayMs = backoffMs(problem, attempts, random());
    if (delayMs >= callDeadline.leftMs) throw error;
    last = failure;
    // When the call is aborted meanwhile, the limiter throws.
    await wait(delayMs, undefined, { signal: callDeadline.signal }).catch(() => undefined);
  }
}

/** An error that may pass in a moment, by the SDK's own rules, or because the SDK has just corrected its clock. */
function passingError({ kind }: SageMakerError, { error, isSkewed }: Failure): RetryClass | null {
  if (kind === 'throttled') return 'throttled';
  const seen = (error instanceof Error ? error : new Error(String(error))) as Parameters<typeof isTransientError>[0];
  return isSkewed === true || (kind === 'unavailable' && isTransientError(seen)) ? 'unavailable' : null;
}

const unsent = (error: Error): Failure => ({ error, sent: false, status: null });

/** Of SageMaker's runtime, for what a model's container answered (docs/reference/sagemaker-behavior.md#a-models-error-is-a-424). */
const modelErrorCode = 'ModelError';

/** The first attempt was never sent, because the service has been throttling the operation. */
const heldBack = (service: string, operation: string): Failure =>
  unsent(
    Object.assign(new Error(`${service} throttles ${operation}, and the call's time was over before its turn.`), {
      name: unsentCode.heldBack,
    }),
  );
