/** On PostgreSQL an id is given out before its transaction commits. A program of the last release writes, too, during an update. */
import { Client } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { migrate } from '../../src/db/postgres/migrate-now.ts';
import type { Store } from '../../src/ports/store.ts';
import { HistoryFeed } from '../../src/services/history/history-feed.ts';
import { readHistory } from '../../src/services/history/read-history.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { freshDatabase } from '../../tools/testkit/postgres.ts';
import { silentLog } from '../../tools/testkit/silent-log.ts';
import { openPostgres, query } from './postgres-databases.ts';
import { newRun } from './samples.ts';

const lastRelease = new URL('../fixtures/last-release/src/db/postgres/open-store.mjs', import.meta.url);
const { openStore: openLast } = (await import(lastRelease.href)) as {
  openStore: (databaseUrl: string, options: object) => Promise<Store>;
};

async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** Commits of this program wait while the lock is held: their entries have ids and are not visible. */
const holdCommitsOf = (applicationName: string): string => `
  create function hold_commit() returns trigger language plpgsql as $$ begin
    if current_setting('application_name') = '${applicationName}' then perform pg_advisory_xact_lock(99, 0); end if;
    return null;
  end $$;
  create constraint trigger hold_commit after insert on history deferrable initially deferred
    for each row execute function hold_commit()`;

const waitsForLock = "select 1 from pg_locks where locktype = 'advisory' and classid = 99 and not granted";

describe('the history on PostgreSQL', () => {
  it('gives out nothing behind an id that the last release has and has not committed', async () => {
    const url = await freshDatabase();
    const login = { passwordFile: null, iam: false };
    const last = await openLast(url, { waitMs: 20_000, log: silentLog, applicationName: 'the-last', login, pingFreshMs: 0 });
    onTestFinished(() => last.close());
    await last.ping();
    await migrate(url, login);
    const store = openPostgres(url);
    await query(url, holdCommitsOf('the-last'));
    const lock = await connected(url);
    await lock.query('select pg_advisory_lock(99, 0)');

    const feed = new HistoryFeed({ store, log: silentLog });
    const reader = await feed.subscribe({ after: 0 });
    const lower = last.runs.insert({ run: newRun('lower'), now: 1000 });
    await eventually(
      () => query(url, waitsForLock),
      (rows) => rows.length === 1,
    );
    await store.runs.insert({ run: newRun('higher'), now: 2000 });
    const next = reader.next();
    const page = { after: 0, filter: {}, limit: 10, waitMs: 0, feed };
    expect(await readHistory({ store }, page)).toEqual({ items: [], lastId: 0, isReset: false });
    expect(feed.delayMs).toBeGreaterThan(0);
    expect(await Promise.race([next, Promise.resolve('nothing yet')])).toBe('nothing yet');
    // A process that starts now has no past to know it by.
    const started = new HistoryFeed({ store: openPostgres(url), log: silentLog });
    expect(await readHistory({ store }, { ...page, feed: started })).toMatchObject({ items: [] });

    await lock.query('select pg_advisory_unlock(99, 0)');
    await lower;
    const batch = await next;
    expect(batch.kind === 'entries' && batch.entries.map(({ trainingJobName }) => trainingJobName)).toEqual(['lower', 'higher']);
    expect(await readHistory({ store }, page)).toMatchObject({
      items: [{ trainingJobName: 'lower' }, { trainingJobName: 'higher' }],
    });
    feed.close();
  });

  it('continues past an id whose transaction was rolled back, or whose connection died', async () => {
    const url = await freshDatabase();
    const store = openPostgres(url);
    await store.ping();
    const feed = new HistoryFeed({ store, log: silentLog });
    const reader = await feed.subscribe({ after: 0 });
    const insert = `insert into history (at, subject, to_status, actor) values (1, 'endpoint', 'held', 'api') returning seq`;
    const [rolledBack, killed] = [await connected(url), new Client({ connectionString: url })];
    killed.on('error', () => {});
    await killed.connect();
    for (const client of [rolledBack, killed]) {
      await client.query('begin');
      await client.query(insert);
    }
    await store.runs.insert({ run: newRun('committed'), now: 2000 });
    await rolledBack.query('rollback');
    const { rows } = await killed.query<{ pid: number }>('select pg_backend_pid() as pid');
    await query(url, 'select pg_terminate_backend($1)', [rows[0]?.pid]);
    const batch = await reader.next();
    expect(batch).toMatchObject({ kind: 'entries', entries: [{ id: 3, trainingJobName: 'committed' }] });
    feed.close();
  });

  it('resets its readers when the database is put back to an older state', async () => {
    const url = await freshDatabase();
    const store = openPostgres(url);
    await store.ping();
    for (const name of ['a', 'b', 'c']) await store.runs.insert({ run: newRun(name), now: 1000 });
    const feed = new HistoryFeed({ store, log: silentLog });
    const reader = await feed.subscribe({ after: 'latest' });
    await query(url, "delete from history where seq > 1; select setval('history_seq_seq', 1)");
    expect(await reader.next()).toEqual({ kind: 'reset' });
    const page = await readHistory({ store }, { after: 0, filter: {}, limit: 10, waitMs: 0, feed });
    expect(page.items).toMatchObject([{ id: 1 }]);
    feed.close();
  });
});
