import type * as Runtime from '@aws-sdk/client-sagemaker-runtime';
import { SageMakerError } from '../core/errors.ts';
import { type InvocationResult, type Invocations, longestResponseBytes } from '../ports/invocations.ts';
import { maskOf } from './call.ts';
import type { LazyCaller } from './lazy-service.ts';

/** How long a request may be without a response: a little longer than SageMaker waits for the model. */
export const longestInvocationMs = 70_000;

export const invocationCalls = (call: LazyCaller<typeof Runtime>): Invocations => ({
  async invokeEndpoint({ endpointName, body, contentType, accept, timeoutMs }, options = {}) {
    const mask = maskOf(options);
    let modelError: Runtime.ModelError | null = null;
    const command = ({ InvokeEndpointCommand }: typeof Runtime): Runtime.InvokeEndpointCommand => {
      const input = { EndpointName: endpointName, Body: body, ContentType: contentType, Accept: accept };
      const invoke = new InvokeEndpointCommand(input);
      noteModelError(invoke, (error) => (modelError = error));
      return invoke;
    };
    const limited = { ...options, maxWaitMs: Math.min(timeoutMs, options.maxWaitMs ?? Infinity) };
    try {
      return responseOf(await call<Runtime.InvokeEndpointCommandOutput>('InvokeEndpoint', command, limited, mask));
    } catch (error) {
      if (modelError === null || !(error instanceof SageMakerError)) throw error;
      const { OriginalStatusCode, LogStreamArn } = modelError as Runtime.ModelError;
      return {
        kind: 'model_error',
        originalStatus: OriginalStatusCode ?? null,
        message: error.message,
        logStreamArn: LogStreamArn ?? null,
      };
    }
  },
});

function responseOf({ Body, ContentType, InvokedProductionVariant }: Runtime.InvokeEndpointCommandOutput): InvocationResult {
  const bytes = Body ?? new Uint8Array();
  return {
    kind: 'response',
    body: new TextDecoder().decode(bytes.subarray(0, longestResponseBytes)),
    isCutOff: bytes.length > longestResponseBytes,
    contentType: ContentType ?? null,
    variant: InvokedProductionVariant ?? null,
  };
}

/** The error of the caller has no members of its own: they are noted on their way to it. */
function noteModelError(command: Runtime.InvokeEndpointCommand, report: (error: Runtime.ModelError) => void): void {
  command.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (error instanceof Error && error.name === 'ModelError') report(error as Runtime.ModelError);
        throw error;
      }
    },
    { step: 'initialize', name: 'noteModelError' },
  );
}
