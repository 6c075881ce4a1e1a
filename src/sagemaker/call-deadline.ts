/** Why a call was aborted: its caller's signal, or its time limit. */
export class CallAbortedError extends Error {
  readonly why: 'signal' | 'time';

  constructor(why: 'signal' | 'time', message: string) {
    super(message);
    this.name = why === 'signal' ? 'AbortError' : 'TimeoutError';
    this.why = why;
  }
}

/**
 * Ends a call at its time limit, or at its caller's signal. Not `AbortSignal.any` with `AbortSignal.timeout`: those
 * abort with the caller's own reason, which may be any value, and with a DOMException; both had to be recognized and replaced at each
 * place that an abort ends. And a timeout can't be cleared, so that every call would leave a timer of 20 s behind.
 */
export class CallDeadline {
  readonly #controller = new AbortController();
  readonly #endsAt: number;
  readonly #timer: NodeJS.Timeout;
  readonly #stop: () => void;
  readonly #caller: AbortSignal | undefined;

  /** @param service whom the call is for, in words. */
  constructor(service: string, maxWaitMs: number, caller?: AbortSignal) {
    this.#endsAt = performance.now() + maxWaitMs;
    this.#timer = setTimeout(() => this.#end('time', `${service} did not answer within ${maxWaitMs} ms.`), maxWaitMs);
    this.#stop = () => this.#end('signal', 'The call was called off.');
    this.#caller = caller;
    if (caller?.aborted) this.#stop();
    else caller?.addEventListener('abort', this.#stop, { once: true });
  }

  /** Aborted with a CallAbortedError. */
  get signal(): AbortSignal {
    return this.#controller.signal;
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
