/** The value below which the share of the sorted values lies; NaN where there are none. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

export const percentile = (values: readonly number[], percent: number): number => quantile(ascending(values), percent / 100);

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean of the middle half: as robust against outliers as the median, and finer than whole milliseconds. */
export function midMean(values: readonly number[]): number {
  const sorted = ascending(values);
  const cut = Math.floor(sorted.length / 4);
  return mean(sorted.slice(cut, sorted.length - cut));
}

export interface Spread {
  median: number;
  min: number;
  max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = ascending(values);
  const middle = sorted.length / 2;
  const median = sorted.length % 2 === 1 ? quantile(sorted, 0.5) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
  return { median, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}

/** With three significant digits. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

/** `median (min–max)`. */
export const shownSpread = ({ median, min, max }: Spread): string => `${shown(median)} (${shown(min)}–${shown(max)})`;
