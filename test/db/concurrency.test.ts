import { describeRaces } from './concurrency.ts';
import { newPostgresDatabase } from './postgres-databases.ts';
import { newPath, openStore } from './sqlite-files.ts';

describeRaces('SQLite', () => {
  const path = newPath();
  return { open: () => openStore(path) };
});

describeRaces('PostgreSQL', newPostgresDatabase);
