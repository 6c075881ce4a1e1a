import { setTimeout as wait } from 'node:timers/promises';
import { errorMessage } from '../core/errors.ts';
import { ConfigurationFault, type MasterSource, type MasterView, NoMasterError } from './master-source.ts';
import { keyOf, type Node } from './node-access.ts';

export interface Master extends Node {
  readonly epoch: number;
}

/** Finds the master for all connections of one kind. */
export interface MasterFinder {
  /** For people, without a secret. */
  readonly place: string;
  /** Takes 1.5 s at most; calls at once share one search. @throws {NoMasterError} */
  find(): Promise<Master>;
  /** What `find` returned last. */
  last(): Master | null;
  /** Calls `onChanged` once when another node has become the master. @returns a function that ends the watch. */
  watch(master: Master, onChanged: (to: Master) => void): () => void;
}

const limitMs = 1500;
/** How long the others may take when one has responded. */
const othersMs = 250;
const queriedAtMost = 5;
const queriedByWatch = 2;

export function createMasterFinder(source: MasterSource, random: () => number = Math.random): MasterFinder {
  let known: readonly Node[] = [];
  let searching: Promise<Master> | null = null;
  let last: Master | null = null;
  const watchers = new Set<{ master: Master; onChanged: (to: Master) => void }>();
  let timer: NodeJS.Timeout | undefined;

  const search = async (count: number): Promise<Master> => {
    const queried = pick(source.addresses, known, count, random);
    const { views, errors } = await collect(queried.map((node) => source.query(node, limitMs)));
    const latest = views.toSorted((a, b) => b.epoch - a.epoch)[0];
    if (latest === undefined) {
      const fault = errors.find((error) => error instanceof ConfigurationFault)?.message ?? null;
      throw new NoMasterError(`${source.withoutMaster}: ${fault ?? errorMessage(errors[0])}`, fault);
    }
    if (latest.nodes.length > 0) known = latest.nodes;
    return { ...latest.master, epoch: latest.epoch };
  };

  const checkWatched = async (): Promise<void> => {
    const now = await search(queriedByWatch).catch(() => null);
    if (now === null) return;
    for (const watcher of watchers) {
      if (!isLater(now, watcher.master)) continue;
      watchers.delete(watcher);
      watcher.onChanged(now);
    }
  };

  return {
    place: source.place,
    find() {
      searching ??= search(queriedAtMost)
        .then((found) => (last = found))
        .finally(() => (searching = null));
      return searching;
    },
    last: () => last,
    watch(master, onChanged) {
      const watcher = { master, onChanged };
      watchers.add(watcher);
      timer ??= setInterval(() => void checkWatched(), source.watchEveryMs * (1 + random() / 4)).unref();
      return () => {
        watchers.delete(watcher);
        if (watchers.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}

const isLater = (now: Master, before: Master): boolean => keyOf(now) !== keyOf(before) && now.epoch > before.epoch;

/** Half of them from the configured addresses, since the known ones may all be gone. */
function pick(configured: readonly Node[], known: readonly Node[], count: number, random: () => number): Node[] {
  const shuffled = (nodes: readonly Node[]): Node[] =>
    nodes
      .map((node) => ({ node, rank: random() }))
      .toSorted((a, b) => a.rank - b.rank)
      .map(({ node }) => node);
  const half = known.length === 0 ? count : Math.ceil(count / 2);
  const picked = [...shuffled(configured).slice(0, half), ...shuffled(known)];
  return [...new Map(picked.map((node) => [keyOf(node), node])).values()].slice(0, count);
}

/** Waits for all responses, but not much longer than for the first one. */
async function collect(queries: readonly Promise<MasterView>[]): Promise<{ views: MasterView[]; errors: unknown[] }> {
  const views: MasterView[] = [];
  const errors: unknown[] = [];
  const all = Promise.all(queries.map((query) => query.then((view) => views.push(view)).catch((error) => errors.push(error))));
  const longEnough = Promise.any(queries).then(
    () => wait(othersMs, undefined, { ref: false }),
    () => all,
  );
  await Promise.race([all, longEnough]);
  return { views, errors };
}
