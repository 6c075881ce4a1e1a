import { AsyncLocalStorage } from 'node:async_hooks';

const open = 0;
const cancelled = 1;
const committing = 2;

/**
 * A call of the store from another thread, as both sides see it. Its caller does not wait for ever, and has to know whether a write
 * that it does not know of may still be written later: so either the caller withdraws the call or this thread commits it, whichever is first.
 */
export type CallState = Int32Array<SharedArrayBuffer>;

export const newCallState = (): CallState => new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** For the caller. False: the thread commits the call, and the caller has to wait for its result. */
export const withdraw = (call: CallState): boolean => Atomics.compareExchange(call, 0, open, cancelled) === open;

/** The call that is worked for, in the thread of the database; none where the store is called directly. */
export const currentCall = new AsyncLocalStorage<CallState>();

/** Right before a commit. @throws when the caller has withdrawn the call; nothing is committed then. */
export function commitFor(call: CallState | undefined): void {
  if (call !== undefined && Atomics.compareExchange(call, 0, open, committing) === cancelled) throw new CallCancelled();
}

export const isCancelled = (call: CallState | undefined): boolean => call !== undefined && Atomics.load(call, 0) === cancelled;

/** No caller waits for this call any more: it got the error that nothing was written. */
export class CallCancelled extends Error {
  constructor() {
    super('The call has been withdrawn.');
    this.name = 'CallCancelled';
  }
}
