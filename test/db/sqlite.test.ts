import { describeStore } from './conformance.ts';
import { newPath, openStore, openThreadedStore, whenOpen } from './sqlite-files.ts';

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
  ['a claimed deployment'],
);
