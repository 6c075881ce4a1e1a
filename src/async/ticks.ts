/** Tasks that may choose begin at a multiple of this, by the monotonic clock, which begins at 0 in each process. */
export const tickMs = 1_000;

const waiting = new Map<number, Set<() => void>>();

/** Calls `work` at a tick, together with all other work of the process at this tick. Returns how to cancel it. */
export function atTick(tick: number, work: () => void): () => void {
  let works = waiting.get(tick);
  if (works === undefined) {
    works = new Set();
    waiting.set(tick, works);
    setTimeout(() => run(tick), Math.max(0, Math.ceil(tick * tickMs - performance.now())));
  }
  const added = works;
  added.add(work);
  return () => void added.delete(work);
}

function run(tick: number): void {
  const works = waiting.get(tick) ?? new Set<() => void>();
  waiting.delete(tick);
  for (const work of works) work();
}
