import type { Service } from './operations.ts';

/**
 * The exceptions of an API model have their text in `Message`; all other errors are common ones, with `message`. SageMaker's model has
 * no ValidationException, Application Auto Scaling's has.
 */
const modeled: Record<Service, ReadonlySet<string>> = {
  sagemaker: new Set(['ResourceInUse', 'ResourceLimitExceeded', 'ResourceNotFound', 'ConflictException']),
  'application-autoscaling': new Set([
    'ValidationException',
    'ObjectNotFoundException',
    'LimitExceededException',
    'FailedResourceAccessException',
    'ConcurrentUpdateException',
    'InternalServiceException',
    'InvalidNextTokenException',
  ]),
  cloudwatch: new Set(),
  'sagemaker-runtime': new Set([
    'ModelError',
    'ModelNotReadyException',
    'InternalDependencyException',
    'InternalFailure',
    'ServiceUnavailable',
    'ValidationError',
  ]),
};

/** An error of an AWS API. Every client error of the control planes is an HTTP 400, "not found" too. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further members of the exception. */
  readonly members: object;

  constructor(code: string, message: string, status = 400, members: object = {}) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
    this.members = members;
  }

  /** The JSON body: `__type`, where the protocol has it there, and the text, under the name that the exception has it under. */
  toBody(service: Service): string {
    const key = modeled[service].has(this.code) ? 'Message' : 'message';
    const type =
      service === 'sagemaker-runtime'
        ? {}
        : { __type: service === 'cloudwatch' ? `com.amazonaws.cloudwatch#${this.code}` : this.code };
    return JSON.stringify({ ...type, ...(this.message === '' ? {} : { [key]: this.message }), ...this.members });
  }
}

export const validationError = (message: string): AwsError => new AwsError('ValidationException', message);

export const throttled = (): AwsError => new AwsError('ThrottlingException', 'Rate exceeded');
