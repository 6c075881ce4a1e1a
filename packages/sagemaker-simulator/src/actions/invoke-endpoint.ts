import { AwsError } from '../aws-error.ts';
import type { Call } from '../call.ts';
import { behaviorOf, countInvocation, reachedFleet } from '../resources/invocation.ts';

export interface InvokeInput {
  EndpointName: string;
  /** As UTF-8. */
  Body: string;
  ContentType: string | null;
  TargetVariant: string | null;
}

/** The response of a REST protocol: the body as it is, and headers. */
export interface InvokeOutput {
  body: string;
  headers: Record<string, string>;
}

/** No model is faster. */
const leastLatencyMs = 1;

/** What the runtime says when the container has taken 60 s. */
const timeoutText =
  'Your invocation timed out while waiting for a response from container primary. Review the latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again.';

/**
 * The response of the model that serves: an echo with the model's name, unless a control route or the model's environment says something
 * else. It counts in the metrics of the fleet that it has reached.
 * @throws {AwsError} ModelError, in the runtime's words (aws/amazon-sagemaker-examples#1407), for an error of the container.
 */
export async function invokeEndpoint(input: InvokeInput, call: Call): Promise<InvokeOutput> {
  const { state, random, region, accountId } = call;
  const fleet = reachedFleet(call, input.EndpointName, input.TargetVariant);
  const { variant, endpointName } = fleet;
  const behavior = behaviorOf(state, variant.modelName ?? null);
  const status = random() < behavior.share ? behavior.status : 200;
  if (behavior.latencyMs > 0) await call.wait(behavior.latencyMs);
  countInvocation(call, fleet, {
    status,
    timedOut: behavior.timesOut,
    latencyMs: Math.max(behavior.latencyMs, leastLatencyMs),
  });
  const said = behavior.timesOut ? timeoutText : (behavior.body ?? echo(input, variant.modelName ?? null));
  if (!behavior.timesOut && status < 400) {
    const type =
      behavior.contentType ?? (behavior.body === null ? 'application/json' : (input.ContentType ?? 'application/octet-stream'));
    return { body: said, headers: { 'content-type': type, 'x-amzn-invoked-production-variant': variant.variantName } };
  }
  const group = `/aws/sagemaker/Endpoints/${endpointName}`;
  const logs = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#logEventViewer:group=${group}`;
  const returned = behavior.timesOut ? 0 : status;
  const by = returned >= 400 && returned < 500 ? 'client' : 'server';
  const text = `Received ${by} error (${returned}) from primary with message "${said}". See ${logs} in account ${accountId} for more information.`;
  throw new AwsError('ModelError', text, 424, {
    OriginalStatusCode: returned,
    OriginalMessage: said,
    LogStreamArn: `arn:aws:logs:${region}:${accountId}:log-group:${group}`,
  });
}

function echo({ Body, ContentType }: InvokeInput, model: string | null): string {
  const isJson = ContentType?.split(';')[0] === 'application/json';
  let received: unknown = Body;
  try {
    if (isJson) received = JSON.parse(Body);
  } catch {
    // It is echoed as it is.
  }
  return JSON.stringify({ model, received });
}
