import type { Bar, Mark } from './bar.ts';

/**
 * Returns the bars between marks: each lasts until the next mark, the last one until `to`. A mark that lies before its predecessor, since another
 * clock wrote it, counts from there, and one after `to` from `to`. Bars without length are left out, unless there is no other. Total: no bar
 * is negative, none overlaps another, and together they last from the first mark to `to`.
 */
export function barsOfMarks(marks: readonly Mark[], { to, isOpen }: { to: number; isOpen: boolean }): Bar[] {
  const [first] = marks;
  if (first === undefined) return [];
  const end = Math.max(to, first.at);
  const placed: Mark[] = [];
  let last = first.at;
  for (const mark of marks) {
    last = Math.min(end, Math.max(last, mark.at));
    placed.push({ ...mark, at: last });
  }
  const bars = placed.map(({ at: from, ...mark }, index): Bar => {
    const next = placed[index + 1];
    return { ...mark, from, to: next?.at ?? end, isOpen: isOpen && next === undefined };
  });
  const long = joined(bars.filter((bar) => bar.to > bar.from || bar.isOpen));
  return long.length > 0 ? long : bars.slice(-1);
}

/** What was recorded twice of one kind is one bar, with the last detail. */
const joined = (bars: readonly Bar[]): Bar[] =>
  bars.reduce<Bar[]>((all, bar) => {
    const before = all.at(-1);
    if (before !== undefined && before.kind === bar.kind && before.label === bar.label)
      all.splice(-1, 1, { ...before, detail: bar.detail ?? before.detail, to: bar.to, isOpen: bar.isOpen });
    else all.push(bar);
    return all;
  }, []);
