/** What of drizzle-orm is for PostgreSQL, and `pg` (docs/reference/sqlite-behavior.md#drizzle-is-loaded-by-require). */
import { createRequire } from 'node:module';
import type * as DrizzleOnPg from 'drizzle-orm/node-postgres';
import type * as PgSchema from 'drizzle-orm/pg-core';

const require = createRequire(import.meta.url);

const pgCore = require('drizzle-orm/pg-core') as typeof PgSchema;
const nodePostgres = require('drizzle-orm/node-postgres') as typeof DrizzleOnPg;

export * from '../drizzle.ts';
export const { bigint, boolean, check, customType, index, integer, pgTable, primaryKey, text, uniqueIndex } = pgCore;
export const { drizzle } = nodePostgres;
