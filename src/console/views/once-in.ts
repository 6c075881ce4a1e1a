/** Calls `read` at most once in so long for all readers; the ones that come meanwhile get the same. A failure is not kept. */
export function onceIn<T>(ms: number, now: () => number, read: () => Promise<T>): () => Promise<T> {
  let last: { at: number; value: Promise<T> } | null = null;
  return () => {
    const at = now();
    if (last !== null && at - last.at < ms && at >= last.at) return last.value;
    const value = read();
    const kept = { at, value };
    last = kept;
    value.catch(() => {
      if (last === kept) last = null;
    });
    return value;
  };
}
