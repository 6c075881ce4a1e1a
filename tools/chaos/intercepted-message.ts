/** A message of a process that is held: a call of SageMaker or CloudWatch, a command to Redis, a commit of PostgreSQL, or a notification. */
export interface InterceptedMessage {
  /** The process that sent it. */
  process: string;
  via: 'sagemaker' | 'redis' | 'postgres' | 'webhook';
  /** The operation (`CreateModel`), the queue and the script (`deploy/moveToDelayed`), `commit`, or `notification`. */
  what: string;
  /** `before`: the process has sent it, and it has no effect yet. `after`: it has taken effect, and its response is not delivered. */
  when: 'before' | 'after';
  /** The request and, `after`, the response; of a commit, all of its transaction. */
  text: string;
}

/** `drop`: the message goes no further, and the connection breaks. */
export type Disposition = 'pass' | 'drop';

export type Intercept = (message: InterceptedMessage) => Disposition | Promise<Disposition>;
