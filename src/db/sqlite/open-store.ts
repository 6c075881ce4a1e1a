import { Worker } from 'node:worker_threads';
import { StoreUnavailableError } from '../../core/errors.ts';
import { databaseTiming } from '../../core/timing.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Store } from '../../ports/store.ts';
import { type CallState, newCallState, withdraw } from './call.ts';
import { receiveError } from './error-transport.ts';
import { databasePath } from './open.ts';
import { storeFrom } from './store-methods.ts';
import type { FromThread, ThreadData, ToThread } from './store-messages.ts';

export interface OpenStoreOptions {
  /** How long a call waits while the database is locked or its disk hangs. */
  waitMs: number;
  log: Logger;
}

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/** How long a program waits for the database before it continues without. */
const startWithinMs = 3000;
/** At the end: a disk that hangs must not keep the process. */
const closeWaitMs = 2000;

/**
 * The store of a `file:` address in a thread of its own: whatever keeps SQLite waiting (another process's lock, a slow disk), this
 * thread continues. A database that can't be opened for a reason that may pass is tried again until it can: every call throws
 * StoreUnavailableError meanwhile.
 *
 * @throws {StoreUnavailableError} with `needsRepair`, when no waiting helps.
 */
export async function openStore(databaseUrl: string, { waitMs, log }: OpenStoreOptions): Promise<Store> {
  const responsive = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const workerData: ThreadData = { path: databasePath(databaseUrl), waitMs, responsive };
  const thread = new Worker(new URL('./store-thread.ts', import.meta.url), { workerData, name: 'database' });
  const calls = new CallsToThread(thread, waitMs + databaseTiming.threadGraceMs);
  const stopMinding = endWithHungThread(thread, responsive);
  const ready = Promise.withResolvers<string[]>();
  const tried = Promise.withResolvers<Error | null>();
  // Thrown without a catcher, it ends the program: no call would get a result any more.
  thread.on('error', (error) => {
    throw error;
  });
  const onMessage = (message: FromThread): void => {
    switch (message.kind) {
      case 'ready':
        return ready.resolve(message.methods);
      case 'tried':
        return tried.resolve(message.problem === null ? null : receiveError(message.problem));
      case 'result':
      case 'failure':
        return calls.settle(message);
      case 'closed':
        stopMinding();
        return calls.closed.resolve();
      default:
        return report(message, log);
    }
  };
  thread.on('message', (messages: FromThread[]) => messages.forEach(onMessage));
  const methods = await ready.promise;
  const hangs = setTimeout(() => tried.resolve(new StoreUnavailableError('The disk does not answer.')), startWithinMs);
  const problem = await tried.promise;
  clearTimeout(hangs);
  if (problem !== null) {
    if (!(problem instanceof StoreUnavailableError) || problem.needsRepair) {
      await calls.close();
      throw problem;
    }
    const database = workerData.path;
    log.error({ event: 'database.open_failed', database, reason: problem.message }, 'database cannot be opened; retrying');
  }
  return storeFrom(
    methods,
    (method, args) => calls.call(method, args),
    () => calls.close(),
  );
}

const responsiveWithinMs = 500;

/**
 * The end of a process waits for its threads, and one that is held up in a system call (a disk that hangs) never ends: then the process
 * is killed, so that a supervisor need not. Returns how to undo it, for when the thread has ended.
 */
function endWithHungThread(thread: Worker, responsive: Int32Array<SharedArrayBuffer>): () => void {
  const onExit = (): void => {
    thread.postMessage([{ kind: 'are_you_responsive' }] satisfies ToThread[]);
    if (Atomics.wait(responsive, 0, 0, responsiveWithinMs) === 'timed-out') process.kill(process.pid, 'SIGKILL');
  };
  const stop = (): void => void process.off('exit', onExit);
  process.on('exit', onExit);
  thread.once('exit', stop);
  return stop;
}

function report(message: Extract<FromThread, { kind: 'opened' | 'replaced' | 'readable_by_others' }>, log: Logger): void {
  switch (message.kind) {
    case 'opened':
      return log.info({ event: 'database.opened' }, 'database opened');
    case 'replaced':
      return log.warn({ event: 'database.replaced' }, 'database file replaced; reopened');
    case 'readable_by_others': {
      const { files, mayStill } = message;
      return mayStill
        ? log.warn({ event: 'database.permissions_open', files }, 'database file readable by other users')
        : log.warn({ event: 'database.permissions_fixed', files }, 'database file permissions restricted');
    }
  }
}

class CallsToThread {
  readonly closed = Promise.withResolvers<void>();
  readonly #thread: Worker;
  readonly #responseTimeoutMs: number;
  readonly #waiting = new Map<number, Waiting>();
  readonly #unsent: ToThread[] = [];
  #last = 0;
  #isClosed = false;

  constructor(thread: Worker, responseTimeoutMs: number) {
    this.#thread = thread;
    this.#responseTimeoutMs = responseTimeoutMs;
  }

  async call(method: string, args: unknown[]): Promise<unknown> {
    if (this.#isClosed) throw new Error('The database has been closed.');
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const id = (this.#last += 1);
    const state = newCallState();
    const timer = setTimeout(() => this.#abandon(id, state), this.#responseTimeoutMs);
    this.#waiting.set(id, { resolve, reject, timer });
    this.#send({ kind: 'call', id, method, args, state });
    return promise;
  }

  settle(message: Extract<FromThread, { kind: 'result' | 'failure' }>): void {
    const call = this.#take(message.id);
    if (message.kind === 'result') call?.resolve(message.value);
    else call?.reject(receiveError(message.error));
  }

  /** Never fails. What is still waited for is not answered any more. */
  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#send({ kind: 'close' });
    }
    const timer = setTimeout(() => this.closed.resolve(), closeWaitMs);
    await this.closed.promise;
    clearTimeout(timer);
    for (const id of this.#waiting.keys()) this.#take(id)?.reject(new Error('The database has been closed.'));
    this.#thread.unref();
  }

  /** A call that is being committed stays: what becomes of it is known in the end only. */
  #abandon(id: number, state: CallState): void {
    if (!withdraw(state)) return;
    this.#take(id)?.reject(
      new StoreUnavailableError(`The database takes nothing now: it did not answer within ${this.#responseTimeoutMs} ms.`),
    );
  }

  #take(id: number): Waiting | undefined {
    const call = this.#waiting.get(id);
    clearTimeout(call?.timer);
    this.#waiting.delete(id);
    return call;
  }

  /** What is called in one turn of the event loop goes together, as the results do. */
  #send(message: ToThread): void {
    if (this.#unsent.push(message) === 1) process.nextTick(() => this.#thread.postMessage(this.#unsent.splice(0)));
  }
}
