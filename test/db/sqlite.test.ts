import { describeStore } from './conformance.ts';
import { newPath, openStore } from './sqlite-files.ts';

describeStore('SQLite', () => {
  const path = newPath();
  return { open: () => openStore(path) };
});
