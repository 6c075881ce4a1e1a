/** Longer names are no typing errors, and would take long to compare. */
const maxComparedLength = 80;

/** `vpc_config`, `vpcConfig` and `VPC-Config` are one name. */
export const plainName = (name: string): string => name.replaceAll(/[\s_-]/g, '').toLowerCase();

/** Returns the known name that was meant: one that differs in case or separators only, or else the nearest of few changed letters. */
export function guessName(name: string, known: readonly string[]): string | null {
  if (name.length > maxComparedLength) return null;
  const plain = plainName(name);
  const limit = Math.max(1, Math.floor(plain.length / 4));
  let best: string | null = null;
  let least = limit + 1;
  for (const candidate of known) {
    const distance = editDistance(plain, plainName(candidate), least);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Letters to insert, remove or replace (Levenshtein); `limit` or more where it is at least that. */
function editDistance(one: string, other: string, limit: number): number {
  if (Math.abs(one.length - other.length) >= limit) return limit;
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let at = 0; at < one.length; at += 1) {
    const next = [at + 1];
    for (let index = 0; index < other.length; index += 1) {
      const replaced = (row[index] ?? 0) + (one[at] === other[index] ? 0 : 1);
      next.push(Math.min(replaced, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? limit;
}
