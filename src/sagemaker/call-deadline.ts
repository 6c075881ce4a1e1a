/** Why a call was given up; carries its code as an error of Node does. */
export class CallAbortedError extends Error {
  readonly why: 'signal' | 'time';

  constructor(why: 'signal' | 'time', message: string) {
    super(message);
    this.name = why === 'signal' ? 'AbortError' : 'TimeoutError';
    this.why = why;
  }
}

/** How long a call goes on: until its time is over, or its caller wants no more. */
export class CallDeadline {
  readonly #controller = new AbortController();
  readonly #endsAt: number;
  readonly #timer: NodeJS.Timeout;
  readonly #stop: () => void;
  readonly #caller: AbortSignal | undefined;

  constructor(maxWaitMs: number, caller?: AbortSignal) {
    this.#endsAt = performance.now() + maxWaitMs;
    this.#timer = setTimeout(() => this.#end('time', `SageMaker did not answer within ${maxWaitMs} ms.`), maxWaitMs);
    this.#stop = () => this.#end('signal', 'The call was called off.');
    this.#caller = caller;
    if (caller?.aborted) this.#stop();
    else caller?.addEventListener('abort', this.#stop, { once: true });
  }

  /** Aborted with a CallAbortedError. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get aborted(): CallAbortedError | null {
    return this.signal.aborted ? (this.signal.reason as CallAbortedError) : null;
  }

  get leftMs(): number {
    return this.#endsAt - performance.now();
  }

  /** To be called when the call is over. */
  dispose(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener('abort', this.#stop);
  }

  #end(why: 'signal' | 'time', message: string): void {
    this.#controller.abort(new CallAbortedError(why, message));
  }
}

/** The work's outcome, or the signal's reason when that comes first; the work goes on unheard then. */
export async function raceAbort<T>(work: PromiseLike<T> | T, signal: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const abort = (): void => reject(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  Promise.resolve(work).then(resolve, reject);
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
