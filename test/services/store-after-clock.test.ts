import { expect, it, onTestFinished } from 'vitest';
import { storeAfterClock } from '../../src/app/store-after-clock.ts';
import { StoreUnavailableError } from '../../src/core/errors.ts';
import { newPath, openStore } from '../db/sqlite-files.ts';

it('storeAfterClock() > lets no call through until the clock of the database is known, but those that read it', async () => {
  let isKnown = false;
  const store = storeAfterClock(openStore(newPath()), { isKnown: () => isKnown });
  onTestFinished(() => store.close());
  await expect(store.leases.saveCheckpoint({ task: 'event', checkpointAt: 1 })).rejects.toThrow(StoreUnavailableError);
  await expect(store.runs.find('run')).rejects.toThrow(/does not know its clock/);
  expect(await store.now()).toBeGreaterThan(0);
  await store.ping();
  isKnown = true;
  await store.leases.saveCheckpoint({ task: 'event', checkpointAt: 1 });
  expect(await store.leases.findCheckpoint('event')).toBe(1);
});
