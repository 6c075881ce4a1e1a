/**
 * Places on one axis, in per cent of its width. A training takes hours, and a step of its deployment milliseconds: drawn to scale, most of a run
 * would be invisible. So each stretch between two instants has a least width, and the rest goes by the square root of their lengths; a
 * gap in which nothing is in progress has the least width alone. What fits to scale is drawn to scale.
 */
export interface Axis {
  /** From 0 to 100; grows with the instant. */
  place: (at: number) => number;
  isToScale: boolean;
  /** Instants at which something begins or ends, far enough from each other for a label. */
  ticks: readonly { readonly at: number; readonly place: number }[];
  /** The gaps that are cut short. */
  gaps: readonly { readonly from: number; readonly to: number }[];
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** A gap is cut short where it would take more than this part of the axis. */
const longGap = 0.1;
const leastPercent = 5.6;
const tickPercent = 11;

/** `spans`: what is drawn, in any order; at least one. */
export function axisOf(spans: readonly Span[]): Axis {
  const bounds = [...new Set(spans.flatMap(({ from, to }) => [from, to]))].toSorted((one, other) => one - other);
  const [first = 0] = bounds;
  const last = bounds.at(-1) ?? first;
  const stretches = bounds.slice(1).map((to, index) => {
    const from = bounds[index] ?? first;
    return { from, to, isGap: !spans.some((span) => span.from <= from && span.to >= to) };
  });
  const gaps = stretches.filter(({ isGap, from, to }) => isGap && (to - from) / (last - first) > longGap);
  const least = Math.min(leastPercent, 62 / Math.max(1, stretches.length));
  const isToScale = gaps.length === 0 && stretches.every(({ from, to }) => (100 * (to - from)) / (last - first) >= least);
  const widths = isToScale
    ? stretches.map(({ from, to }) => (100 * (to - from)) / (last - first))
    : shared(
        stretches.map((stretch) => (gaps.includes(stretch) ? 0 : Math.sqrt(stretch.to - stretch.from))),
        least,
      );
  const places = new Map<number, number>([[first, 0]]);
  let place = 0;
  for (const [index, { to }] of stretches.entries()) {
    place += widths[index] ?? 0;
    places.set(to, index === stretches.length - 1 ? 100 : place);
  }
  const placeOf = (at: number): number => {
    const known = places.get(at);
    if (known !== undefined) return known;
    const stretch = stretches.find(({ from, to }) => from <= at && at <= to);
    if (stretch === undefined) return at < first ? 0 : 100;
    const [from = 0, to = 0] = [places.get(stretch.from), places.get(stretch.to)];
    return from + ((at - stretch.from) / (stretch.to - stretch.from)) * (to - from);
  };
  return { place: placeOf, isToScale, ticks: ticksAt(bounds, placeOf), gaps: gaps.map(({ from, to }) => ({ from, to })) };
}

/** Shares 100 by weight, with a least share for each. */
function shared(weights: readonly number[], least: number): number[] {
  const left = 100 - least * weights.length;
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => least + (sum === 0 ? left / weights.length : (left * weight) / sum));
}

/** The first and the last, and of those between what is far enough from its neighbors. */
function ticksAt(bounds: readonly number[], placeOf: (at: number) => number): { at: number; place: number }[] {
  const all = bounds.map((at) => ({ at, place: placeOf(at) }));
  const end = all.at(-1);
  const ticks = all.slice(0, 1);
  for (const tick of all.slice(1, -1)) {
    const before = ticks.at(-1);
    if (before !== undefined && tick.place - before.place >= tickPercent && 100 - tick.place >= tickPercent) ticks.push(tick);
  }
  return end === undefined || all.length < 2 ? ticks : [...ticks, end];
}
