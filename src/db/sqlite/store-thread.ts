/**
 * The thread of the database: it has the SQLite file open and does the calls of the store that the program's thread sends
 * (open-store.ts), so that nothing that SQLite or the disk keeps waiting holds up the program.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { currentCall } from './call.ts';
import { DatabaseFile } from './database-file.ts';
import { sendError } from './error-transport.ts';
import { retryWhileBusy } from './busy-timeout.ts';
import { methodsOf } from './store-methods.ts';
import { storeOver } from './sqlite-store.ts';
import type { FromThread, ThreadData, ToThread } from './store-messages.ts';

const firstOpenMs = 2000;
const openAgainMs = 1000;

const { path, waitMs, responsive } = workerData as ThreadData;
let unsent: FromThread[] = [];

/** What is said in one turn of the event loop goes together: waking the other thread is what costs. */
function say(message: FromThread): void {
  if (unsent.push(message) > 1) return;
  setImmediate(send);
}

function send(): void {
  const messages = unsent;
  unsent = [];
  if (messages.length > 0) parentPort?.postMessage(messages);
}

const file = new DatabaseFile(path, {
  onReplaced: () => say({ kind: 'replaced' }),
  onReadableByOthers: (files, mayStill) => say({ kind: 'readable_by_others', files, mayStill }),
});
const store = storeOver(file, { waitMs });
const methods = methodsOf(store);

const closing = new AbortController();

parentPort?.on('message', (messages: ToThread[]) => {
  for (const message of messages) {
    switch (message.kind) {
      case 'call':
        void run(message);
        break;
      case 'are_you_responsive':
        Atomics.store(responsive, 0, 1);
        Atomics.notify(responsive, 0);
        break;
      case 'close':
        close();
        break;
    }
  }
});

const open = (withinMs: number): Promise<unknown> => retryWhileBusy(() => file.db, performance.now() + withinMs);

say({ kind: 'ready', methods: [...methods.keys()] });
const problem = await open(firstOpenMs).then(
  () => null,
  (error: unknown) => sendError(error),
);
say({ kind: 'tried', problem });
if (problem !== null) await openLater();

async function run({ id, method, args, state }: Extract<ToThread, { kind: 'call' }>): Promise<void> {
  try {
    const value = await currentCall.run(state, async () => methods.get(method)?.(...args));
    say({ kind: 'result', id, value });
  } catch (error) {
    say({ kind: 'failure', id, error: sendError(error) });
  }
}

/** Any call would open it, too; this one says so, and migrates it without being called. */
async function openLater(): Promise<void> {
  while (!closing.signal.aborted) {
    await delay(openAgainMs, undefined, { signal: closing.signal }).catch(() => undefined);
    if (closing.signal.aborted) return;
    const isOpen = await open(0).then(
      () => true,
      () => false,
    );
    if (isOpen) return say({ kind: 'opened' });
  }
}

function close(): void {
  closing.abort();
  file.close();
  say({ kind: 'closed' });
  send();
  parentPort?.close();
}
