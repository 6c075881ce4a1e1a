/** A message of a process, seen on its way by a proxy: a call of SageMaker, or a command to Redis. */
export interface Crossing {
  /** Of the process that sent it. */
  process: string;
  via: 'sagemaker' | 'redis';
  /** The operation (`CreateModel`), or the queue and the script (`deploy/moveToDelayed`). */
  what: string;
  /** `before`: it has left the process, and nothing has come of it. `after`: it has had its effect, and no answer was given. */
  when: 'before' | 'after';
  /** All that was said: the request and, `after`, the answer. */
  text: string;
}

/** `drop`: it goes no further, and the connection breaks. */
export type Passage = 'pass' | 'drop';

export type Watch = (crossing: Crossing) => Passage | Promise<Passage>;
