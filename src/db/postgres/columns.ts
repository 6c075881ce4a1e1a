/** The kinds of columns that PostgreSQL's tables have beside text and booleans. */
import { bigint, customType } from './drizzle.ts';

/** Order of recording. Gaps are normal, since a number is taken before its transaction commits. */
export const seq = () => bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity();

/** A whole number of 53 bits: `integer` has 32, fewer than milliseconds since 1970 need. Fractions, as of a delay with jitter, are rounded. */
export const wide = customType<{ data: number; driverData: number | string }>({
  dataType: () => 'bigint',
  toDriver: (value) => Math.round(value),
  fromDriver: Number,
});

/** Milliseconds since 1970 UTC. */
export const instant = (name: string) => wide(name);

/**
 * JSON as text. The database looks into none of it, and jsonb refuses what JSON allows
 * (docs/reference/postgresql-behavior.md#jsonb-refuses-characters-that-json-allows).
 */
export const json = <T>(name: string) =>
  customType<{ data: T; driverData: string }>({
    dataType: () => 'text',
    toDriver: (value) => JSON.stringify(value),
    fromDriver: (value) => JSON.parse(value) as T,
  })(name);
