/**
 * During an update the programs of the version before work on a database that the new version has migrated. Their stores are in
 * test/fixtures/last-release, bundled from the commit of the release; the README there says how. The programs themselves run in
 * test/e2e/last-release.test.ts.
 */
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { migrate as migratePostgres } from '../../src/db/postgres/migrate-now.ts';
import { migrateDatabase } from '../../src/db/sqlite/migrate.ts';
import type { Store } from '../../src/ports/store.ts';
import { dropDatabase, freshDatabase, makeDatabase } from '../../tools/testkit/postgres.ts';
import { silentLog } from '../../tools/testkit/silent-log.ts';
import type { TestDatabase } from './conformance/test-database.ts';
import { empty, openPostgres } from './postgres-databases.ts';
import { deploy, newRun, trained } from './samples.ts';
import { newPath, openStore, whenOpen } from './sqlite-files.ts';

interface LastSqlite {
  openSqliteStore: (databaseUrl: string) => Store;
}

interface LastPostgres {
  openStore: (databaseUrl: string, options: object) => Promise<Store>;
}

/** Its own suite: this version's may ask for what it does not have. */
interface Conformance {
  describeStore: (engine: string, newDatabase: () => TestDatabase) => void;
}

const folder = new URL('../fixtures/last-release/', import.meta.url);
const { openSqliteStore } = (await import(new URL('src/db/sqlite/sqlite-store.mjs', folder).href)) as LastSqlite;
const { openStore: openPostgresStore } = (await import(new URL('src/db/postgres/open-store.mjs', folder).href)) as LastPostgres;
const { describeStore } = (await import(new URL('test/db/conformance.mjs', folder).href)) as Conformance;

/** Of one test of the conformance suite. */
const mostProcesses = 4;
const login = { passwordFile: null, iam: false };

interface Engine {
  name: string;
  newUrl: () => Promise<string>;
  openLast: (url: string) => Promise<Store>;
  openThis: (url: string) => Store;
  /** @returns how many migrations that took. */
  migrate: (url: string) => Promise<number>;
}

const pathOf = (url: string): string => url.slice('file:'.length);

const engines: Engine[] = [
  {
    name: 'SQLite',
    newUrl: async () => `file:${newPath()}`,
    openLast: async (url) => openSqliteStore(url),
    openThis: (url) => openStore(pathOf(url)),
    migrate: async (url) => migrateDatabase(pathOf(url)),
  },
  {
    name: 'PostgreSQL',
    newUrl: () => freshDatabase(),
    openLast: (url) =>
      openPostgresStore(url, { waitMs: 20_000, log: silentLog, applicationName: 'autodeploy-last', login, pingFreshMs: 0 }),
    openThis: (url) => openPostgres(url),
    migrate: (url) => migratePostgres(url, login),
  },
];

/** Makes the database with the schema of the last release. */
async function openStores({ openLast }: Engine, url: string, count: number): Promise<Store[]> {
  const stores: Store[] = [];
  for (let index = 0; index < count; index += 1) {
    const store = await openLast(url);
    await store.ping();
    stores.push(store);
  }
  return stores;
}

/** Stores that were open when the new version migrated the database. */
async function openMigrated(engine: Engine, url: string, count = 1): Promise<Store[]> {
  const stores = await openStores(engine, url, count);
  for (const store of stores) onTestFinished(() => store.close());
  await engine.migrate(url);
  return stores;
}

describe.each(engines)('the migrations of $name', (engine) => {
  it('are more than those of the last release', async () => {
    const url = await engine.newUrl();
    const store = await engine.openLast(url);
    onTestFinished(() => store.close());
    await store.ping();
    expect(await engine.migrate(url)).toBeGreaterThan(0);
    expect(await engine.migrate(url)).toBe(0);
  });

  it('let both versions work on one database at once', async () => {
    const url = await engine.newUrl();
    const [last] = (await openMigrated(engine, url)) as [Store];
    const store = engine.openThis(url);
    await deploy(last, 'by-the-last');
    await deploy(store, 'by-this', 2000);
    await trained(last, 'later', 3000);
    await store.runs.insert({ run: newRun('new'), now: 4000 });
    for (const one of [last, store]) {
      expect(await one.metrics.counts()).toMatchObject({ runs: { requested: 1, completed: 3 }, deployments: { deployed: 2 } });
      const { items } = await one.runs.list({ filter: {}, page: { limit: 10, cursor: null } });
      expect(items.map(({ trainingJobName }) => trainingJobName)).toEqual(['new', 'later', 'by-this', 'by-the-last']);
      expect(await one.deployments.findLive('sentiment-endpoint')).toMatchObject({ trainingJobName: 'by-this' });
    }
  });
});

const [sqlite, postgres] = engines as [Engine, Engine];

const storesOf = (stores: Promise<readonly Store[]>): TestDatabase => {
  let opened = 0;
  const next = async (index: number): Promise<Store> => {
    const store = (await stores)[index];
    if (store === undefined) throw new Error(`a test opens more than ${mostProcesses} stores`);
    return store;
  };
  return { open: () => whenOpen(next(opened++)) };
};

const named = ({ name }: Engine): string => `${name}, as the last release has it, with the schema of this version`;

describeStore(named(sqlite), () => storesOf(sqlite.newUrl().then((url) => openMigrated(sqlite, url, mostProcesses))));

/** Tests use the same ones in turns, with the same stores: to empty a database is many times faster than to make one. */
interface Prepared {
  url: string;
  stores: readonly Store[];
}

const made: Prepared[] = [];
const unused: Prepared[] = [];

async function prepare(): Promise<Prepared> {
  const database = unused.pop();
  if (database !== undefined) {
    await empty(database.url);
    return database;
  }
  const url = await makeDatabase();
  const stores = await openStores(postgres, url, mostProcesses);
  await postgres.migrate(url);
  const prepared = { url, stores };
  made.push(prepared);
  return prepared;
}

afterAll(async () => {
  for (const { url, stores } of made) {
    await Promise.all(stores.map((store) => store.close()));
    await dropDatabase(url);
  }
});

describeStore(named(postgres), () => {
  const preparing = prepare();
  onTestFinished(async ({ task }) => {
    // A test that has run out of time may still be at it.
    if (task.result?.state === 'pass') unused.push(await preparing);
  });
  const stores = preparing.then(({ stores: opened }) => opened);
  // It is thrown by the calls that wait for it.
  stores.catch(() => {});
  return storesOf(stores);
});
