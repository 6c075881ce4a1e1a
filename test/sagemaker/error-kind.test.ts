import { describe, expect, it } from 'vitest';
import type { SageMakerErrorKind, SageMakerResource } from '../../src/core/errors.ts';
import { classify } from '../../src/sagemaker/classify-error.ts';

type Row = [
  operation: string,
  code: string,
  message: string,
  kind: SageMakerErrorKind,
  resource?: SageMakerResource,
  status?: number,
];

const arn = (resource: string): string => `"arn:aws:sagemaker:us-east-1:123456789012:${resource}"`;
const invalid = 'ValidationException';

const refused: Row[] = [
  ['DescribeTrainingJob', invalid, 'Requested resource not found.', 'not_found', 'training_job'],
  ['StopTrainingJob', invalid, 'Requested resource not found.', 'not_found', 'training_job'],
  ['DescribeTrainingJob', 'ResourceNotFound', 'gone', 'not_found', 'training_job'],
  ['ListTags', invalid, 'Requested resource not found.', 'not_found'],
  ['DescribeEndpoint', invalid, `Could not find endpoint ${arn('endpoint/e')}.`, 'not_found', 'endpoint'],
  ['UpdateEndpoint', invalid, `Could not find endpoint ${arn('endpoint/e')}.`, 'not_found', 'endpoint'],
  [
    'UpdateEndpoint',
    invalid,
    `Could not find endpoint configuration ${arn('endpoint-config/c')}.`,
    'not_found',
    'endpoint_config',
  ],
  ['CreateEndpointConfig', invalid, `Could not find model ${arn('model/m')}.`, 'not_found', 'model'],
  ['CreateModel', invalid, 'Could not find model data at s3://models/out/model.tar.gz.', 'invalid'],
  ['UpdateEndpoint', 'ResourceNotFound', 'gone', 'not_found'],

  [
    'CreateTrainingJob',
    'ResourceInUse',
    'Training job names must be unique within an AWS account and region, and a training job with this name already exists',
    'already_exists',
    'training_job',
  ],
  ['CreateTrainingJob', 'ResourceInUse', 'in use', 'already_exists', 'training_job'],
  ['CreateModel', invalid, `Cannot create already existing model ${arn('model/m')}.`, 'already_exists', 'model'],
  [
    'CreateEndpointConfig',
    invalid,
    `Cannot create already existing endpoint configuration ${arn('endpoint-config/c')}.`,
    'already_exists',
    'endpoint_config',
  ],
  ['CreateEndpoint', invalid, `Cannot create already existing endpoint ${arn('endpoint/e')}.`, 'already_exists', 'endpoint'],
  [
    'UpdateEndpoint',
    invalid,
    'Cannot update endpoint with the currently in use endpoint configuration "c"',
    'already_exists',
    'endpoint_config',
  ],

  ['UpdateEndpoint', invalid, `Cannot update in-progress endpoint ${arn('endpoint/e')}.`, 'busy', 'endpoint'],
  ['DeleteEndpoint', invalid, `Cannot update in-progress endpoint ${arn('endpoint/e')}.`, 'busy', 'endpoint'],
  ['UpdateEndpoint', 'ResourceInUse', 'in use', 'busy'],
  ['CreateModel', 'ConflictException', 'conflict', 'busy'],

  ['CreateTrainingJob', 'ResourceLimitExceeded', "The account-level service limit 'ml.p3 for training job usage' is 0", 'quota'],

  ['CreateTrainingJob', 'ThrottlingException', 'Rate exceeded', 'throttled'],
  ['CreateTrainingJob', 'Throttling', '', 'throttled'],
  ['CreateTrainingJob', 'RequestThrottledException', '', 'throttled'],
  ['CreateTrainingJob', 'TooManyRequestsException', '', 'throttled'],
  ['CreateTrainingJob', 'Unheard', 'Rate exceeded', 'throttled'],
  ['CreateTrainingJob', 'Unheard', '', 'throttled', undefined, 429],
  ['CreateTrainingJob', 'ThrottlingException', 'Rate exceeded', 'throttled', undefined, 503],

  ['CreateModel', 'AccessDeniedException', 'User: … is not authorized to perform: sagemaker:CreateModel', 'access_denied'],
  ['CreateModel', 'AccessDenied', '', 'access_denied'],
  ['CreateModel', 'UnauthorizedOperation', '', 'access_denied'],
  ['CreateModel', 'NotAuthorized', '', 'access_denied'],
  ['CreateModel', 'OptInRequired', '', 'access_denied', undefined, 403],
  ['CreateModel', 'Unheard', '', 'access_denied', undefined, 403],
  ['CreateModel', invalid, 'Could not assume role arn:aws:iam::1:role/r. Please ensure that the role exists', 'access_denied'],

  ['CreateModel', 'UnrecognizedClientException', 'The security token included in the request is invalid.', 'unauthenticated'],
  ['CreateModel', 'InvalidClientTokenId', '', 'unauthenticated', undefined, 403],
  ['CreateModel', 'SignatureDoesNotMatch', '', 'unauthenticated', undefined, 403],
  ['CreateModel', 'InvalidSignatureException', '', 'unauthenticated'],
  ['CreateModel', 'IncompleteSignatureException', '', 'unauthenticated'],
  ['CreateModel', 'ExpiredTokenException', 'The security token included in the request is expired', 'unauthenticated'],
  ['CreateModel', 'ExpiredToken', '', 'unauthenticated', undefined, 403],
  ['CreateModel', 'MissingAuthenticationTokenException', 'Missing Authentication Token', 'unauthenticated', undefined, 403],
  ['CreateModel', 'AuthFailure', '', 'unauthenticated', undefined, 401],
  ['CreateModel', 'Unheard', '', 'unauthenticated', undefined, 401],
  ['CreateModel', 'RequestTimeTooSkewed', '', 'unavailable', undefined, 403],

  [
    'CreateModel',
    invalid,
    'Could not access model data at s3://models/out/model.tar.gz. Please ensure that the role "arn:aws:iam::1:role/r" exists and that its trust relationship policy allows the action "sts:AssumeRole" for the service principal "sagemaker.amazonaws.com". Also ensure that the role has "s3:GetObject" permissions and that the object is located in us-east-1.',
    'access_denied',
  ],
  [
    'CreateTrainingJob',
    invalid,
    'The execution role ARN "arn:aws:iam::1:role/r" is invalid. Please ensure that the role exists and that its trust relationship policy allows the action "sts:AssumeRole" for the service principal "sagemaker.amazonaws.com".',
    'access_denied',
  ],
  [
    'CreateTrainingJob',
    invalid,
    'No S3 objects found under S3 URL "s3://in/train" given in input data source. Please ensure that the bucket exists in the selected region (us-east-1), that objects exist under that S3 prefix, and that the role "arn:aws:iam::1:role/r" has "s3:ListBucket" permissions on bucket "in".',
    'access_denied',
  ],
  ['CreateTrainingJob', invalid, 'SageMaker is unable to perform: sts:AssumeRole on the role.', 'access_denied'],
  [
    'CreateModel',
    invalid,
    'The repository of your image 1.dkr.ecr.us-east-1.amazonaws.com/serve:1 does not grant ecr:GetDownloadUrlForLayer, ecr:BatchGetImage, ecr:BatchCheckLayerAvailability permission to sagemaker.amazonaws.com service principal.',
    'access_denied',
  ],
  [
    'UpdateEndpoint',
    invalid,
    'User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: kms:CreateGrant',
    'access_denied',
  ],
  [
    'DeleteEndpoint',
    invalid,
    'An Application AutoScaling scalable target exists for a variant being deleted, and the IAM identity used to invoke DeleteEndpoint does not have application-autoscaling:DeregisterScalableTarget permission to deregister the scalable target.',
    'access_denied',
    'endpoint',
  ],
  ['CreateEndpoint', invalid, "The account-level service limit 'ml.m5.large for endpoint usage' is 0 Instances", 'quota'],
  [
    'CreateEndpoint',
    invalid,
    'Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error.',
    'unavailable',
  ],
  ['CreateModel', invalid, 'Requested image 1.dkr.ecr.us-east-1.amazonaws.com/serve:1 not found.', 'invalid'],

  ['CreateModel', 'InternalFailure', 'unknown error', 'unavailable', undefined, 500],
  ['CreateModel', 'ValidationException', 'what a proxy says', 'unavailable', undefined, 502],
  ['CreateModel', 'ServiceUnavailable', '', 'unavailable'],
  ['CreateModel', 'RequestExpired', '', 'unavailable'],
  ['CreateEndpoint', invalid, 'CapacityError: Unable to provision requested ML compute capacity.', 'unavailable'],
  ['CreateEndpoint', 'InsufficientCapacityException', '', 'unavailable'],

  ['CreateModel', invalid, "1 validation error detected: Value 'a_b' at 'modelName' failed to satisfy constraint", 'invalid'],
  ['CreateModel', invalid, "1 validation error detected: Value 'CapacityError' at 'modelName' failed", 'invalid'],
  ['CreateModel', invalid, "Value 'Cannot update in-progress endpoint' is bad", 'invalid'],
  ['StopTrainingJob', invalid, 'The request was rejected because the training job is in status Completed.', 'invalid'],
  ['CreateModel', 'SerializationException', '', 'invalid'],

  ['SetAlarmState', 'ResourceNotFound', 'gone', 'not_found', undefined, 404],
  ['PutMetricAlarm', 'LimitExceededFault', 'too many alarms', 'quota'],
  ['PutMetricAlarm', 'MissingRequiredParameterException', 'no Threshold', 'invalid'],
  ['PutMetricAlarm', 'InvalidParameterCombinationException', 'both', 'invalid'],
  ['DeleteAlarms', 'ResourceConflict', 'part of a composite alarm', 'busy'],
  ['InvokeEndpoint', 'ValidationError', 'Endpoint e of account 123456789012 not found.', 'not_found', 'endpoint'],
  ['InvokeEndpoint', 'ModelNotReadyException', 'loading', 'unavailable', undefined, 429],
  ['InvokeEndpoint', 'ThrottlingException', 'Rate exceeded', 'throttled', undefined, 429],
  ['InvokeEndpoint', 'InternalDependencyException', 'x', 'unavailable', undefined, 530],
  ['CreateModel', 'UnknownOperationException', '', 'unknown'],
  ['CreateModel', 'Unheard', 'of', 'unknown'],
  ['CreateModel', 'TypeError', 'an answer that the SDK cannot read', 'unknown', undefined, 200],
];

const unacknowledged: Row[] = [
  ...[
    'ECONNRESET',
    'ECONNREFUSED',
    'EPIPE',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ERR_PROXY_TUNNEL',
  ].map((code): Row => ['CreateModel', code, '', 'unavailable']),
  ['CreateModel', 'TimeoutError', '', 'unavailable'],
  ['CreateModel', 'AbortError', '', 'unavailable'],
  ['CreateModel', 'CERT_HAS_EXPIRED', '', 'unavailable'],
  ['CreateModel', 'DEPTH_ZERO_SELF_SIGNED_CERT', '', 'unavailable'],
  ['CreateModel', 'ERR_TLS_CERT_ALTNAME_INVALID', '', 'unavailable'],
  ['CreateModel', 'CredentialsProviderError', 'Could not load credentials from any providers', 'unauthenticated'],
  ['CreateModel', 'TokenProviderError', 'Token is expired', 'unauthenticated'],
  ['CreateModel', 'TypeError', 'not a string', 'invalid'],
  ['CreateModel', 'ENOENT', 'no such file', 'unknown'],
  ['CreateModel', 'Error', 'Region is missing', 'unknown'],
];

describe('what SageMaker refuses', () => {
  it.each(refused)('%s %s %j → %s', (operation, code, message, kind, resource, status = 400) => {
    expect(classify({ operation, code, message, status })).toEqual({ kind, resource: resource ?? null });
  });
});

describe('what was never answered', () => {
  it.each(unacknowledged)('%s %s %j → %s', (operation, code, message, kind) => {
    expect(classify({ operation, code, message, status: null })).toEqual({ kind, resource: null });
  });
});
