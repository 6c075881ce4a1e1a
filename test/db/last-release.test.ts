/**
 * During an update the programs of the version before work on a database that the new version has migrated. Their store is in
 * test/fixtures/last-release, bundled from the commit of the release; the README there says how.
 */
import { describe, expect, it, onTestFinished } from 'vitest';
import { migrateDatabase } from '../../src/db/sqlite/migrate.ts';
import type { Store } from '../../src/ports/store.ts';
import type { TestDatabase } from './conformance/test-database.ts';
import { deploy, newRun, trained } from './samples.ts';
import { newPath, openStore, whenOpen } from './sqlite-files.ts';

interface LastRelease {
  openSqliteStore: (databaseUrl: string) => Store;
}

/** Its own suite: this version's may ask for what it does not have. */
interface Conformance {
  describeStore: (engine: string, newDatabase: () => TestDatabase) => void;
}

const folder = new URL('../fixtures/last-release/', import.meta.url);
const { openSqliteStore } = (await import(new URL('src/db/sqlite/sqlite-store.mjs', folder).href)) as LastRelease;
const { describeStore } = (await import(new URL('test/db/conformance.mjs', folder).href)) as Conformance;

/** Of one test of the conformance suite. */
const mostProcesses = 4;

/** Stores that were open when the new version migrated the database. */
async function openMigrated(path: string, count = 1): Promise<Store[]> {
  const stores = Array.from({ length: count }, () => openSqliteStore(`file:${path}`));
  for (const store of stores) {
    onTestFinished(() => store.close());
    // Opens it, with the schema of its own.
    await store.ping();
  }
  migrateDatabase(path);
  return stores;
}

describe('the migrations', () => {
  it('are more than those of the last release', async () => {
    const path = newPath();
    const store = openSqliteStore(`file:${path}`);
    onTestFinished(() => store.close());
    await store.ping();
    expect(migrateDatabase(path)).toBeGreaterThan(0);
    expect(migrateDatabase(path)).toBe(0);
  });

  it('let both versions work on one database at once', async () => {
    const path = newPath();
    const [last] = (await openMigrated(path)) as [Store];
    const store = openStore(path);
    await deploy(last, 'by-the-last');
    await deploy(store, 'by-this', 2000);
    await trained(last, 'later', 3000);
    await store.runs.insert({ run: newRun('new'), now: 4000 });
    for (const one of [last, store]) {
      expect(await one.metrics.counts()).toMatchObject({ runs: { requested: 1, completed: 3 }, deployments: { deployed: 2 } });
      const { items } = await one.runs.list({ filter: { status: 'completed' }, page: { limit: 10, cursor: null } });
      expect(items.map(({ trainingJobName }) => trainingJobName)).toEqual(['later', 'by-this', 'by-the-last']);
      expect(await one.deployments.findLive('sentiment-endpoint')).toMatchObject({ trainingJobName: 'by-this' });
    }
  });
});

describeStore('SQLite, as the last release has it, with the schema of this version', () => {
  const path = newPath();
  const stores = openMigrated(path, mostProcesses);
  let opened = 0;
  const next = async (index: number): Promise<Store> => {
    const store = (await stores)[index];
    if (store === undefined) throw new Error(`a test opens more than ${mostProcesses} stores`);
    return store;
  };
  return { open: () => whenOpen(next(opened++)) };
});
