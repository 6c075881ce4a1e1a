/**
 * The exceptions of SageMaker's API model have their text in `Message`; all other errors are common ones, with `message`.
 */
const modeled = new Set(['ResourceInUse', 'ResourceLimitExceeded', 'ResourceNotFound', 'ConflictException']);

/** An error of SageMaker's API. Every client error is an HTTP 400, "not found" too. */
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
  get body(): string {
    const key = modeled.has(this.code) ? 'Message' : 'message';
    return JSON.stringify(this.message === '' ? { __type: this.code } : { __type: this.code, [key]: this.message });
  }
}

export const validationError = (message: string): AwsError => new AwsError('ValidationException', message);

export const throttled = (): AwsError => new AwsError('ThrottlingException', 'Rate exceeded');
