import type { SageMakerClient, ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-sagemaker';
import { isTransientError } from '@smithy/core/retry';
import { setTimeout as wait } from 'node:timers/promises';
import { SagemakerError, type Effect } from '../core/errors.ts';
import type { CallOptions } from '../ports/sagemaker.ts';
import { attempt, type SagemakerCommand } from './attempt.ts';
import { backoffMs, mayTryAgain, type Trouble } from './backoff.ts';
import type { Credentials } from './credentials.ts';
import { effectOf, isRefusedForClock, sagemakerError, type Failure } from './to-sagemaker-error.ts';
import { GivenUp, Patience } from './call-deadline.ts';
import { SendGate } from './adaptive-rate-limiter.ts';
import { type Mask, withoutOthersValues } from './redact.ts';

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
  command: () => SagemakerCommand<Input, Output>,
  options?: CallOptions,
  /** Hides what of the request is not to be seen in an error. */
  mask?: Mask,
) => Promise<Output>;

/** Calls with attempts that back off, a gate for each operation, and one account of what the attempts may have done. */
export function createCaller({ client, credentials, maxWaitMs, onCall, random }: CallerOptions): Caller {
  const gates = new Map<string, SendGate>();
  const gateOf = (operation: string): SendGate => {
    const gate = gates.get(operation) ?? new SendGate();
    gates.set(operation, gate);
    return gate;
  };

  return async (operation, command, options = {}, mask = withoutOthersValues) => {
    const patience = new Patience(options.maxWaitMs ?? maxWaitMs, options.signal);
    try {
      const call = { operation, command, client, credentials, gate: gateOf(operation), options, mask, patience, random };
      const output = await tryUntilOver(call);
      onCall(operation, 'ok');
      return output;
    } catch (error) {
      onCall(operation, error instanceof SagemakerError ? error.kind : 'stopped');
      throw error;
    } finally {
      patience.dispose();
    }
  };
}

interface Call<Input extends ServiceInputTypes, Output extends ServiceOutputTypes> {
  operation: string;
  command: () => SagemakerCommand<Input, Output>;
  client: SageMakerClient;
  credentials: Credentials;
  gate: SendGate;
  options: CallOptions;
  mask: Mask;
  patience: Patience;
  random: () => number;
}

async function tryUntilOver<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>({
  operation,
  command,
  client,
  credentials,
  gate,
  options: { guard, retryThrottles = true, retryUnclear = true },
  mask,
  patience,
  random,
}: Call<Input, Output>): Promise<Output> {
  let effect: Effect = 'none';
  let last: Failure | null = null;
  let clockWasSet = false;
  for (let attempts = 1; ; attempts += 1) {
    await gate.pass(patience.signal).catch((givenUp: GivenUp) => {
      throw sagemakerError(operation, givenUp.why === 'signal' ? unsent(givenUp) : (last ?? heldBack(operation)), effect, mask);
    });
    const result = await attempt({ client, credentials }, command(), { signal: patience.signal, guard });
    if (result.kind === 'stopped') throw result.error;
    if (result.kind === 'ok') {
      gate.answered('otherwise');
      credentials.answered(null);
      return result.output;
    }

    // Once: a second signature that is refused is refused for something else.
    const isSkewed: boolean = !clockWasSet && isRefusedForClock(operation, result.failure);
    clockWasSet ||= isSkewed;
    const failure = { ...result.failure, isSkewed };
    if (effectOf(failure) === 'unknown') effect = 'unknown';
    if (failure.error instanceof GivenUp) {
      throw sagemakerError(operation, failure.error.why === 'time' ? (last ?? failure) : failure, effect, mask);
    }
    const error = sagemakerError(operation, failure, effect, mask);
    gate.answered(error.kind === 'throttled' ? 'throttled' : 'otherwise');
    if (error.kind === 'unauthenticated') credentials.answered(error);
    else if (failure.status !== null) credentials.answered(null);
    const trouble = passingTrouble(error, failure);
    const endsAtOnce = (trouble === 'throttled' && !retryThrottles) || (effect === 'unknown' && !retryUnclear);
    if (trouble === null || endsAtOnce || !mayTryAgain(trouble, attempts)) throw error;
    const delayMs = backoffMs(trouble, attempts, random());
    if (delayMs >= patience.leftMs) throw error;
    last = failure;
    // When it is given up meanwhile, the gate says so.
    await wait(delayMs, undefined, { signal: patience.signal }).catch(() => undefined);
  }
}

/** What may be over in a moment; the SDK's judgement of what is transient, and a clock that it has just set right. */
function passingTrouble({ kind }: SagemakerError, { error, isSkewed }: Failure): Trouble | null {
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
