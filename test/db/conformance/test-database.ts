import type { Store } from '../../../src/ports/store.ts';

/** A database of its own; each `open` is another store on it, as another process has one. */
export interface TestDatabase {
  open: () => Store;
}
