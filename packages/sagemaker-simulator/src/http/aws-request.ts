import type { IncomingHttpHeaders } from 'node:http';
import { isOperation, type Operation } from '../operations.ts';
import { AwsError } from '../aws-error.ts';

/** What the headers of a request say. */
export interface Envelope {
  operation: Operation;
  region: string;
}

const targetPrefix = 'SageMaker.';

/** The operation's name as the client sent it, to log unknown ones too. */
export function readTarget(headers: IncomingHttpHeaders): string {
  const target = headers['x-amz-target'];
  return typeof target === 'string' && target.startsWith(targetPrefix)
    ? target.slice(targetPrefix.length)
    : String(target ?? '(none)');
}

/**
 * Reads the envelope of an AWS JSON 1.1 request. A signature must be present, but is not
 * verified; the region is taken from it.
 * @throws {AwsError} as AWS's front end does, in its order: the operation, then the signature.
 */
export function readEnvelope(headers: IncomingHttpHeaders): Envelope {
  const target = headers['x-amz-target'];
  const operation = readTarget(headers);
  const isJson = headers['content-type']?.split(';')[0]?.trim() === 'application/x-amz-json-1.1';
  if (typeof target !== 'string' || !target.startsWith(targetPrefix) || !isJson || !isOperation(operation)) {
    throw new AwsError('UnknownOperationException', '');
  }
  const { authorization } = headers;
  if (!authorization) throw new AwsError('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
  const scope = /^AWS4-HMAC-SHA256 .*Credential=[^/,\s]+\/\d{8}\/([a-z0-9-]+)\/sagemaker\/aws4_request\b/.exec(authorization);
  if (!scope?.[1] || !authorization.includes('Signature=')) {
    throw new AwsError(
      'IncompleteSignatureException',
      "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.",
    );
  }
  return { operation, region: scope[1] };
}

/** The body; members that are null are left out, as AWS treats them. */
export function readBody(text: string): unknown {
  try {
    const body: unknown = text.includes('null')
      ? JSON.parse(text, (_key, value: unknown) => value ?? undefined)
      : JSON.parse(text === '' ? '{}' : text);
    return body;
  } catch {
    throw new AwsError('SerializationException', '');
  }
}

const nameMembers = ['TrainingJobName', 'ModelName', 'EndpointConfigName', 'EndpointName'] as const;

/** The name of the resource that a call is about: for UpdateEndpoint the endpoint, not its configuration. */
export function resourceName(operation: Operation, body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const input = body as Record<string, unknown>;
  const member =
    operation === 'CreateEndpoint' || operation === 'UpdateEndpoint' ? 'EndpointName' : nameMembers.find((name) => name in input);
  const name = member === undefined ? input.ResourceArn : input[member];
  if (typeof name !== 'string') return null;
  return member === undefined ? (name.split('/').at(-1) ?? name) : name;
}
