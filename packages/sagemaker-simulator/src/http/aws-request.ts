import type { IncomingHttpHeaders } from 'node:http';
import { isOperation, serviceOf, type Operation, type Service } from '../operations.ts';
import { AwsError } from '../aws-error.ts';

/** What the headers of a request say. */
export interface Envelope {
  operation: Operation;
  region: string;
}

/** Each service names its protocol in the target, and is named in the scope of the signature. */
const targetPrefixes: Record<Service, string> = {
  sagemaker: 'SageMaker.',
  'application-autoscaling': 'AnyScaleFrontendService.',
};

/** Whom a request is for; SageMaker where it does not say. */
export function readService(headers: IncomingHttpHeaders): Service {
  const target = String(headers['x-amz-target'] ?? '');
  return target.startsWith(targetPrefixes['application-autoscaling']) ? 'application-autoscaling' : 'sagemaker';
}

/** The operation's name as the client sent it, to log unknown ones too. */
export function readTarget(headers: IncomingHttpHeaders): string {
  const target = headers['x-amz-target'];
  const prefix = targetPrefixes[readService(headers)];
  return typeof target === 'string' && target.startsWith(prefix) ? target.slice(prefix.length) : String(target ?? '(none)');
}

/**
 * Reads the envelope of an AWS JSON 1.1 request. A signature must be present, but is not
 * verified; the region is taken from it.
 * @throws {AwsError} as AWS's front end does, in its order: the operation, then the signature.
 */
export function readEnvelope(headers: IncomingHttpHeaders): Envelope {
  const service = readService(headers);
  const operation = readTarget(headers);
  const isNamed = String(headers['x-amz-target']).startsWith(targetPrefixes[service]);
  const isJson = headers['content-type']?.split(';')[0]?.trim() === 'application/x-amz-json-1.1';
  if (!isNamed || !isJson || !isOperation(operation) || serviceOf(operation) !== service) {
    throw new AwsError('UnknownOperationException', '');
  }
  const { authorization } = headers;
  if (!authorization) throw new AwsError('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
  const scope = /^AWS4-HMAC-SHA256 .*Credential=[^/,\s]+\/\d{8}\/([a-z0-9-]+)\/([a-z-]+)\/aws4_request\b/.exec(authorization);
  if (!scope?.[1] || scope[2] !== service || !authorization.includes('Signature=')) {
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

/** `endpoint/NAME/variant/NAME`, several separated by commas: so that a fault matches a part of the endpoint's name. */
function scaledResource({ ResourceId, ResourceIds }: Record<string, unknown>): string | null {
  if (typeof ResourceId === 'string') return ResourceId;
  return Array.isArray(ResourceIds) && ResourceIds.length > 0 ? ResourceIds.join(',') : null;
}

/** The name of the resource that a call is about: for UpdateEndpoint the endpoint, not its configuration. */
export function resourceName(operation: Operation, body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const input = body as Record<string, unknown>;
  if (serviceOf(operation) === 'application-autoscaling') return scaledResource(input);
  const member =
    operation === 'CreateEndpoint' || operation === 'UpdateEndpoint' ? 'EndpointName' : nameMembers.find((name) => name in input);
  const name = member === undefined ? input.ResourceArn : input[member];
  if (typeof name !== 'string') return null;
  return member === undefined ? (name.split('/').at(-1) ?? name) : name;
}
