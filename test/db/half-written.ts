/** A process that stops inside of a transaction: `node test/db/half-written.ts PATH`. Says so, and waits to be killed. */
import { DatabaseFile } from '../../src/db/sqlite/database-file.ts';
import { sagemakerCalls } from '../../src/db/sqlite/schema-operations.ts';
import { writeTx } from '../../src/db/sqlite/write-tx.ts';

const file = new DatabaseFile(process.argv[2] ?? '');
// More than the page cache holds, so that much of it is in the file's log before the kill.
file.db.$client.pragma('cache_size = 10');
writeTx(file.db, (tx) => {
  for (let i = 0; i < 2000; i += 1) {
    tx.insert(sagemakerCalls)
      .values({ operation: `operation-${i}-${'x'.repeat(200)}`, result: 'ok', count: 1 })
      .run();
  }
  process.stdout.write(`${JSON.stringify({ msg: 'half-way' })}\n`);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
