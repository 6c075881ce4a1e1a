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
};

/** An error of an AWS API. Every client error is an HTTP 400, "not found" too. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
  }

  /** The JSON body: `__type` and the text, under the name that the exception has it under. */
  toBody(service: Service): string {
    const key = modeled[service].has(this.code) ? 'Message' : 'message';
    return JSON.stringify(this.message === '' ? { __type: this.code } : { __type: this.code, [key]: this.message });
  }
}

export const validationError = (message: string): AwsError => new AwsError('ValidationException', message);

export const throttled = (): AwsError => new AwsError('ThrottlingException', 'Rate exceeded');
