/** A process that prunes batch by batch: `node test/db/pruner.ts PATH LIMIT`. Logs each batch before it begins. */
import { openSqliteStore } from '../../src/db/sqlite/sqlite-store.ts';
import type { EndedRun } from '../../src/ports/store.ts';

const [path = '', limit = '0'] = process.argv.slice(2);
const store = openSqliteStore(`file:${path}`);
let after: EndedRun | null = null;
let batch = 0;
do {
  batch += 1;
  process.stdout.write(`${JSON.stringify({ msg: 'batch', batch })}\n`);
  ({ next: after } = await store.runs.prune({ endedBefore: 10_000, keepLive: 2, after, limit: Number(limit) }));
} while (after !== null);
await store.close();
