/** A part of a variant's fleet. */
export interface CapacitySize {
  Type: 'INSTANCE_COUNT' | 'CAPACITY_PERCENT';
  Value: number;
}

export const isWithin = (value: number, [least, most]: readonly [number, number]): boolean => value >= least && value <= most;

/**
 * How much of a fleet takes traffic after each shift, as shares from 0 to 1; the last one is 1. Where percentages make no whole
 * instances, SageMaker's rounding is not documented.
 */
export function sharesOf(
  kind: 'all_at_once' | 'canary' | 'linear' | 'rolling',
  size: CapacitySize | null,
  count: number,
): number[] {
  if (kind === 'all_at_once' || size === null) return [1];
  const step = size.Type === 'CAPACITY_PERCENT' ? size.Value / 100 : size.Value / count;
  if (kind === 'canary') return [step, 1];
  // 0.1 three times is more than 0.3.
  const shifts = Math.ceil(1 / step - 1e-9);
  return Array.from({ length: shifts }, (_, index) => (index === shifts - 1 ? 1 : step * (index + 1)));
}

/** At least one instance, and no more than the share. */
export const instancesOf = (count: number, share: number): number =>
  share >= 1 ? count : Math.max(1, Math.floor(count * share + 1e-9));
