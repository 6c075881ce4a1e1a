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
  ['a claimed deployment', 'read models'],
);

/** A store that waits until it is opened. */
const whenOpen = (opening: Promise<Store>): Store =>
  new Proxy({} as Store, {
    get: (_, group: keyof Store) =>
      new Proxy(() => {}, {
        get:
          (_target, method: string) =>
          async (...args: unknown[]) => {
            const methods = Object((await opening)[group]) as Record<string, (...args: unknown[]) => unknown>;
            return methods[method]?.(...args);
          },
        apply: async () => ((await opening)[group] as () => unknown)(),
      }),
  });
