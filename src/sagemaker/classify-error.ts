import { capacityText } from '../core/deployment/endpoint-failure.ts';
import { type SageMakerErrorKind, type SageMakerResource, unsentCode } from '../core/errors.ts';

/** A failed call as far as it decides what kind of failure it is. */
export interface Refusal {
  operation: string;
  /** The exception's name where SageMaker answered with one; else the code or name of the error in its place. */
  code: string;
  message: string;
  /** The HTTP status; null when no answer began. */
  status: number | null;
}

export interface Classified {
  kind: SageMakerErrorKind;
  /** What it speaks of, where that is said. */
  resource: SageMakerResource | null;
}

/** The SDK's throttling names, and whatever else is named so. */
const throttlingName = /throttl|^(TooManyRequestsException|RequestLimitExceeded|LimitExceededException|SlowDown)$/i;

/**
 * SageMaker says most of what there is to say in the texts of ValidationExceptions
 * (docs/reference/sagemaker-behavior.md#not-found-is-a-validationexception). A text is only looked at from its beginning: further
 * on it may quote what we sent. "Could not find endpoint configuration" begins like "Could not find endpoint", so the longer one
 * comes first; "Could not find model data at s3://…" (aws-step-functions-data-science-sdk-python#61) is about the artifact and no
 * missing model.
 *
 * SageMaker reports permissions as ValidationExceptions too, where SageMaker acts for a role: a new role, or a bucket's new policy, may not be
 * known everywhere yet. "Could not assume role": awslabs/predictive-maintenance-using-machine-learning#3; "Could not access model data":
 * philschmid/llm-sagemaker-sample#2; a scalable target: awslabs/stable-diffusion-aws-extension#161.
 */
const texts: readonly (readonly [start: RegExp, kind: SageMakerErrorKind, resource: SageMakerResource | null])[] = [
  [/^Could not find endpoint configuration\b/i, 'not_found', 'endpoint_config'],
  [/^Could not find endpoint\b/i, 'not_found', 'endpoint'],
  // SageMaker's runtime: aws/amazon-sagemaker-examples#559.
  [/^Endpoint \S+ of account \d+ not found\b/i, 'not_found', 'endpoint'],
  [/^Could not find model\b(?! data)/i, 'not_found', 'model'],
  [/^Could not find training job\b/i, 'not_found', 'training_job'],
  [/^Cannot create already existing endpoint configuration\b/i, 'already_exists', 'endpoint_config'],
  [/^Cannot create already existing endpoint\b/i, 'already_exists', 'endpoint'],
  [/^Cannot create already existing model\b/i, 'already_exists', 'model'],
  [/^Cannot create already existing\b/i, 'already_exists', null],
  [/^Training job names must be unique\b/i, 'already_exists', 'training_job'],
  [/^Cannot update endpoint with the currently in use endpoint configuration\b/i, 'already_exists', 'endpoint_config'],
  [/^Cannot update in-progress endpoint\b/i, 'busy', 'endpoint'],
  [/^Could not assume role\b/i, 'access_denied', null],
  [/^(Could not|Cannot|Unable to) access\b/i, 'access_denied', null],
  [/^(SageMaker is )?Unable to perform: sts:AssumeRole\b/i, 'access_denied', null],
  [/^The (execution )?role( ARN)? \S+ (is invalid|does not exist|cannot be assumed)\b/i, 'access_denied', null],
  [/^User: \S+ is not authorized to perform\b/i, 'access_denied', null],
  [/^Access ?denied\b/i, 'access_denied', null],
  // "… and that the role "…" has "s3:ListBucket" permissions on bucket "…"": it says the same of an empty prefix.
  [/^No S3 objects found under S3 URL\b/i, 'access_denied', null],
  [/^The repository of your image \S+ does not grant\b/i, 'access_denied', null],
  [/^An Application AutoScaling scalable target exists for a variant being deleted\b/i, 'access_denied', 'endpoint'],
  [/^The account-level service limit\b/i, 'quota', null],
];

const notFoundText = /^Requested resource not found\b/i;
/** Quotes what we sent, which may hold any text. */
const validationReport = /^\d+ validation errors? detected/;

const kindOfCode = new Map<string, SageMakerErrorKind>(
  Object.entries({
    // The last one is CloudWatch's, which the SDK names as its API model does.
    quota: ['ResourceLimitExceeded', 'ServiceQuotaExceededException', 'LimitExceededFault'],
    busy: ['ConflictException', 'ConcurrentModificationException', 'ResourceConflict'],
    unauthenticated: [
      'AuthFailure',
      'CredentialsProviderError',
      'ExpiredToken',
      'ExpiredTokenException',
      'IncompleteSignature',
      'IncompleteSignatureException',
      'InvalidAccessKeyId',
      'InvalidClientTokenId',
      'InvalidSignature',
      'InvalidSignatureException',
      'InvalidToken',
      'MissingAuthenticationToken',
      'MissingAuthenticationTokenException',
      'SignatureDoesNotMatch',
      'TokenProviderError',
      'TokenRefreshRequired',
      'UnrecognizedClient',
      'UnrecognizedClientException',
    ],
    access_denied: ['AccessDenied', 'AccessDeniedException', 'NotAuthorized', 'OptInRequired', 'UnauthorizedOperation'],
    unavailable: [
      'AbortError',
      'InternalFailure',
      'InternalServerError',
      'InternalServerException',
      // A clock that is wrong: the SDK sets it right by SageMaker's.
      'RequestExpired',
      'RequestInTheFuture',
      'RequestTimeout',
      'RequestTimeoutException',
      'RequestTimeTooSkewed',
      'ServiceUnavailable',
      'ServiceUnavailableException',
      // An answer that is no JSON: a proxy's, not SageMaker's.
      'SyntaxError',
      'TimeoutError',
      unsentCode.unconfirmed,
    ],
    invalid: [
      'InvalidFormatFault',
      'InvalidParameterCombination',
      'InvalidParameterCombinationException',
      'InvalidParameterValue',
      'InvalidParameterValueException',
      'MissingParameter',
      'MissingRequiredParameterException',
      'SerializationException',
      'ValidationError',
      'ValidationException',
    ],
  } satisfies Partial<Record<SageMakerErrorKind, string[]>>).flatMap(([kind, codes]) =>
    codes.map((code) => [code, kind as SageMakerErrorKind] as const),
  ),
);

const networkCode =
  /^(ECONN(RESET|REFUSED|ABORTED)|EPIPE|EPROTO|ETIMEDOUT|E(HOST|NET)(UNREACH|DOWN)|EADDRNOTAVAIL|ENOTFOUND|EAI_\w+|HPE_\w+|ERR_(TLS|SSL|PROXY)_\w+|CERT_\w+|\w+_CERT(_\w+)?|UNABLE_TO_\w+)$/;
/** What the SDK throws for an input that it can't write. */
const serialisationName = /^(TypeError|RangeError)$/;

/** What kind of failure it is; a pure function, so that a table can test it. */
export function classify({ operation, code, message, status }: Refusal): Classified {
  // A 429 too, but no throttling (docs/reference/sagemaker-behavior.md#a-models-error-is-a-424).
  if (code === 'ModelNotReadyException') return of('unavailable');
  if (status === 429 || throttlingName.test(code) || /^Rate exceeded\b/i.test(message)) return of('throttled');
  if (status !== null && status >= 500) return of('unavailable');
  const text = texts.find(([start]) => start.test(message));
  if (text) return of(text[1], text[2]);
  if (code === 'ResourceNotFound' || notFoundText.test(message)) {
    return of('not_found', named(operation, /^(?:Describe|Stop|Delete)(\w+)$/));
  }
  if (code === 'ResourceInUse') {
    return operation.startsWith('Create') ? of('already_exists', named(operation, /^Create(\w+)$/)) : of('busy');
  }
  if (capacityText.test(code) || (capacityText.test(message) && !validationReport.test(message))) return of('unavailable');
  const kind = kindOfCode.get(code);
  if (kind) return of(kind);
  if (status === 401) return of('unauthenticated');
  if (status === 403) return of('access_denied');
  if (networkCode.test(code)) return of('unavailable');
  if (status === null && serialisationName.test(code)) return of('invalid');
  return of('unknown');
}

const of = (kind: SageMakerErrorKind, resource: SageMakerResource | null = null): Classified => ({ kind, resource });

const resources: Record<string, SageMakerResource> = {
  TrainingJob: 'training_job',
  Model: 'model',
  EndpointConfig: 'endpoint_config',
  Endpoint: 'endpoint',
};

/** The only resource that the operation could mean. */
const named = (operation: string, pattern: RegExp): SageMakerResource | null =>
  resources[pattern.exec(operation)?.[1] ?? ''] ?? null;
