import type { IncomingHttpHeaders } from 'node:http';
import type { InvokeInput } from '../actions/invoke-endpoint.ts';
import { AwsError } from '../aws-error.ts';
import { isOperationOf, type Operation, type Service } from '../operations.ts';
import { protocols } from './services.ts';

/** What the headers of a request say. */
export interface Envelope {
  operation: Operation;
  region: string;
}

/** A request as it came. */
export interface AwsRequest {
  path: string;
  headers: IncomingHttpHeaders;
  text: string;
}

const invocationPath = /^\/endpoints\/([^/]+)\/invocations$/;

/** Whom a request is for; SageMaker where it does not say. */
export function readService({ path, headers }: AwsRequest): Service {
  const target = headers['x-amz-target'];
  if (target === undefined && invocationPath.test(path)) return 'sagemaker-runtime';
  const services = Object.keys(protocols) as Service[];
  return (
    services.find((service) => {
      const prefix = protocols[service].targetPrefix;
      return prefix !== null && String(target ?? '').startsWith(prefix);
    }) ?? 'sagemaker'
  );
}

/** The operation's name as the client sent it, to log unknown ones too. */
export function readOperation(request: AwsRequest): string {
  const service = readService(request);
  if (service === 'sagemaker-runtime') return 'InvokeEndpoint';
  const target = request.headers['x-amz-target'];
  const prefix = protocols[service].targetPrefix ?? '';
  return typeof target === 'string' && target.startsWith(prefix) ? target.slice(prefix.length) : String(target ?? '(none)');
}

/**
 * Reads the envelope of a request. A signature must be present, but is not verified; the region is taken from it.
 * @throws {AwsError} as AWS's front end does, in its order: the operation, then the signature.
 */
export function readEnvelope(request: AwsRequest): Envelope {
  const { headers } = request;
  const service = readService(request);
  const { targetPrefix, contentType, signingName } = protocols[service];
  const operation = readOperation(request);
  const isNamed = targetPrefix === null || String(headers['x-amz-target']).startsWith(targetPrefix);
  const isJson = targetPrefix === null || headers['content-type']?.split(';')[0]?.trim() === contentType;
  if (!isNamed || !isJson || !isOperationOf(service, operation)) throw new AwsError('UnknownOperationException', '');
  const { authorization } = headers;
  if (!authorization) throw new AwsError('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
  const scope = /^AWS4-HMAC-SHA256 .*Credential=[^/,\s]+\/\d{8}\/([a-z0-9-]+)\/([a-z-]+)\/aws4_request\b/.exec(authorization);
  if (!scope?.[1] || scope[2] !== signingName || !authorization.includes('Signature=')) {
    throw new AwsError(
      'IncompleteSignatureException',
      "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.",
    );
  }
  return { operation, region: scope[1] };
}

/** What an action takes: the JSON of the body, or what a REST protocol has in its path, headers and body. */
export const readInput = (request: AwsRequest): unknown =>
  readService(request) === 'sagemaker-runtime' ? readInvocation(request) : readBody(request.text);

/** The body; members that are null are left out, as AWS treats them. */
function readBody(text: string): unknown {
  try {
    const body: unknown = text.includes('null')
      ? JSON.parse(text, (_key, value: unknown) => value ?? undefined)
      : JSON.parse(text === '' ? '{}' : text);
    return body;
  } catch {
    throw new AwsError('SerializationException', '');
  }
}

/** SageMaker's limit for the body of a request. */
const longestBody = 6 * 1024 * 1024;

function readInvocation({ path, headers, text }: AwsRequest): InvokeInput {
  if (Buffer.byteLength(text) > longestBody)
    throw new AwsError('ValidationError', `Request body must be at most ${longestBody} bytes.`);
  const variant = headers['x-amzn-sagemaker-target-variant'];
  return {
    EndpointName: decodeURIComponent(invocationPath.exec(path)?.[1] ?? ''),
    Body: text,
    ContentType: headers['content-type'] ?? null,
    TargetVariant: typeof variant === 'string' ? variant : null,
  };
}

const nameMembers = ['TrainingJobName', 'ModelName', 'EndpointConfigName', 'EndpointName', 'AlarmName'] as const;

/** `endpoint/NAME/variant/NAME`, several separated by commas: so that a fault matches a part of the endpoint's name. */
function scaledResource({ ResourceId, ResourceIds }: Record<string, unknown>): string | null {
  if (typeof ResourceId === 'string') return ResourceId;
  return Array.isArray(ResourceIds) && ResourceIds.length > 0 ? ResourceIds.join(',') : null;
}

/** The name of the resource that a call is about: for UpdateEndpoint the endpoint, not its configuration. Several alarms as above. */
export function resourceName(operation: Operation, body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const input = body as Record<string, unknown>;
  if (isOperationOf('application-autoscaling', operation)) return scaledResource(input);
  if (Array.isArray(input.AlarmNames) && input.AlarmNames.length > 0) return input.AlarmNames.join(',');
  const member =
    operation === 'CreateEndpoint' || operation === 'UpdateEndpoint' ? 'EndpointName' : nameMembers.find((name) => name in input);
  const name = member === undefined ? input.ResourceArn : input[member];
  if (typeof name !== 'string') return null;
  return member === undefined ? (name.split('/').at(-1) ?? name) : name;
}
