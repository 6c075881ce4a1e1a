/** What of drizzle-orm is for SQLite (docs/reference/sqlite-behavior.md#drizzle-is-loaded-by-require). */
import { createRequire } from 'node:module';
import type * as DrizzleOnSqlite from 'drizzle-orm/better-sqlite3';
import type * as SqliteSchema from 'drizzle-orm/sqlite-core';

const require = createRequire(import.meta.url);

const sqliteCore = require('drizzle-orm/sqlite-core') as typeof SqliteSchema;
const betterSqlite3 = require('drizzle-orm/better-sqlite3') as typeof DrizzleOnSqlite;

export * from '../drizzle.ts';
export const { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } = sqliteCore;
export const { drizzle } = betterSqlite3;
