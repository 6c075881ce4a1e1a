/**
 * drizzle-orm, loaded by `require`. Its package.json has 447 exports in 179 kB, which Node parses again for each of its ES modules: to
 * import it costs 1.1 s of processor time and 129 MB, to require it 0.1 s and 21 MB (Node 24.21, measured), in every process. What
 * belongs to one engine is in its folder, so that a process loads one engine.
 */
import { createRequire } from 'node:module';
import type * as Drizzle from 'drizzle-orm';
import type * as Migrator from 'drizzle-orm/migrator';

const require = createRequire(import.meta.url);

const core = require('drizzle-orm') as typeof Drizzle;
const migrator = require('drizzle-orm/migrator') as typeof Migrator;

export const {
  and,
  asc,
  count,
  desc,
  eq,
  getTableColumns,
  gt,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  max,
  ne,
  notInArray,
  or,
  sql,
  sum,
} = core;
export const { readMigrationFiles } = migrator;
