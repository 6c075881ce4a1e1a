import type { Store } from '../../src/ports/store.ts';
import { describeStore } from './conformance.ts';
import { newPath, openStore, openThreadedStore } from './sqlite-files.ts';

describeStore('SQLite', () => {
  const path = newPath();
  return { open: () => openStore(path) };
});

describeStore(
  'SQLite in a thread of its own',
  () => {
    const path = newPath();
    return { open: () => whenOpen(openThreadedStore(path)) };
  },
  ['a deployment in hand', 'read models'],
);

/** A store that waits until it is opened. */
const whenOpen = (opening: Promise<Store>): Store =>
  new Proxy({} as Store, {
    get:
      (_, method: keyof Store) =>
      async (...args: unknown[]) => {
        const call = (await opening)[method] as (...args: unknown[]) => unknown;
        return call(...args);
      },
  });
