import { createHash } from 'node:crypto';

/** A value as both engines hold it. */
export type Value = string | number | null;

/** What a table holds: two tables with the same rows, in whatever order, have the same. */
export interface TableDigest {
  rows: number;
  /** The sum of a number that each row's content gives. */
  sum: bigint;
}

export const emptyDigest: TableDigest = { rows: 0, sum: 0n };

export const digestWith = ({ rows, sum }: TableDigest, more: readonly (readonly Value[])[]): TableDigest => ({
  rows: rows + more.length,
  sum: BigInt.asUintN(
    64,
    more.reduce((total, row) => total + numberOf(row), sum),
  ),
});

const numberOf = (row: readonly Value[]): bigint => createHash('sha256').update(JSON.stringify(row)).digest().readBigUInt64BE();

export const isSame = (one: TableDigest, other: TableDigest): boolean => one.rows === other.rows && one.sum === other.sum;
