import { expect, it, onTestFinished } from 'vitest';
import { count } from '../../src/db/sqlite/drizzle.ts';
import { databaseOf } from '../../src/db/sqlite/database.ts';
import { DatabaseFile } from '../../src/db/sqlite/database-file.ts';
import { sagemakerCalls } from '../../src/db/sqlite/schema-operations.ts';
import { type Tx, writeTx } from '../../src/db/sqlite/write-tx.ts';
import { newPath } from './sqlite-files.ts';

function openFile(): DatabaseFile {
  const file = new DatabaseFile(newPath());
  onTestFinished(() => file.close());
  return file;
}

const add = (tx: Tx): void => void tx.insert(sagemakerCalls).values({ operation: 'A', result: 'ok', count: 1 }).run();
const rows = ({ db }: DatabaseFile): number | undefined => db.select({ rows: count() }).from(sagemakerCalls).get()?.rows;

it('commits what returns', () => {
  const file = openFile();
  const response: string = writeTx(file.db, (tx) => {
    add(tx);
    return 'done';
  });
  expect([response, rows(file)]).toEqual(['done', 1]);
});

it('rolls back what throws', () => {
  const file = openFile();
  const work = (): unknown =>
    writeTx(file.db, (tx) => {
      add(tx);
      throw new Error('half-way');
    });
  expect(work).toThrow('half-way');
  expect(rows(file)).toBe(0);
});

it('refuses a promise, at compile time and when it is run', async () => {
  const file = openFile();
  const later = async (tx: Tx): Promise<string> => {
    add(tx);
    return 'done';
  };
  // @ts-expect-error A promise would be committed before its work is done.
  expect(() => writeTx(file.db, later)).toThrow(/promise/);
  // @ts-expect-error The same for a promise that may not be one.
  expect(() => writeTx(file.db, (tx) => (rows(file) === 0 ? later(tx) : null))).toThrow(/promise/);
  const database = databaseOf(file, { waitMs: 0 });
  // @ts-expect-error The same through the store's own way in.
  await expect(database.write((tx) => later(tx))).rejects.toThrow(/promise/);
  expect(rows(file)).toBe(0);
  const read = (): Promise<number> => database.read(() => 1);
  // @ts-expect-error A read that continues after it returned would not be guarded.
  expect(await database.read(async () => 1)).toBe(await read());
});
