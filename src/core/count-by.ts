/** Every key with the sum of its counts, those of which there is none included. */
export function countBy<Key extends string, Row extends { count: number }>(
  keys: readonly Key[],
  rows: readonly Row[],
  keyOf: (row: Row) => Key,
): Record<Key, number> {
  const counts = Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>;
  for (const row of rows) counts[keyOf(row)] += row.count;
  return counts;
}
