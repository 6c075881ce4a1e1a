import type {
  SageMakerClient,
  SageMakerClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes,
} from '@aws-sdk/client-sagemaker';
import type { Command } from '@smithy/core/client';
import type { Credentials } from './credentials.ts';
import type { Failure } from './to-sagemaker-error.ts';
import { raceAbort } from '../async/race-abort.ts';
import { unsentCode } from '../core/errors.ts';
import { CallAbortedError } from './call-deadline.ts';

/** One of the SDK's commands. */
export type SageMakerCommand<Input extends ServiceInputTypes, Output extends ServiceOutputTypes> = Command<
  Input,
  Output,
  SageMakerClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes
>;

export type AttemptResult<Output> =
  | { kind: 'ok'; output: Output }
  | { kind: 'failed'; failure: Failure }
  /** `beforeSend` threw; nothing was sent. */
  | { kind: 'vetoed'; error: unknown };

/**
 * Sends a request once. `beforeSend` is awaited when the request is signed and complete, with nothing left to do but to send it;
 * there too it is noted that it went out, and with which status the answer began.
 */
export async function attempt<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
  { client, credentials }: { client: SageMakerClient; credentials: Credentials },
  command: SageMakerCommand<Input, Output>,
  { signal, beforeSend }: { signal: AbortSignal; beforeSend?: () => Promise<void> },
): Promise<AttemptResult<Output>> {
  try {
    // Before the SDK does it, so that an error of the credentials is never taken for one of SageMaker.
    await raceAbort(credentials.get(), signal);
  } catch (error) {
    return { kind: 'failed', failure: { error, sent: false, status: null, isUnauthenticated: true } };
  }
  let vetoed: { error: unknown } | null = null;
  let awaited = false;
  let sent = false;
  let status: number | null = null;
  command.middlewareStack.add(
    (next) => async (args) => {
      try {
        awaited = true;
        await beforeSend?.();
        awaited = false;
      } catch (error) {
        // The SDK writes to what passes through it; the error of `beforeSend` is thrown as it is.
        vetoed = { error };
        throw new Error('vetoed', { cause: error });
      }
      sent = true;
      const result = await next(args);
      status = statusOf(result.response);
      return result;
    },
    // The last of the last step: all that comes after it is the HTTP handler.
    { step: 'deserialize', priority: 'low', name: 'beforeSendAndRecord' },
  );
  try {
    return { kind: 'ok', output: await raceAbort(client.send(command, { abortSignal: signal }), signal) };
  } catch (error) {
    if (vetoed !== null) return { kind: 'vetoed', error: (vetoed as { error: unknown }).error };
    return { kind: 'failed', failure: { error: awaited ? unconfirmed(error) : error, sent, status } };
  }
}

/** Not SageMaker has been slow, when the call's time is over while `beforeSend` is awaited. */
function unconfirmed(error: unknown): unknown {
  if (!(error instanceof CallAbortedError) || error.why !== 'time') return error;
  const message = "The call's time was over before it was confirmed that it may be sent. Nothing was sent.";
  return Object.assign(new CallAbortedError('time', message), { code: unsentCode.unconfirmed });
}

function statusOf(response: unknown): number | null {
  const isResponse = typeof response === 'object' && response !== null && 'statusCode' in response;
  return isResponse && typeof response.statusCode === 'number' ? response.statusCode : null;
}
