import type { Deployment } from '../../core/deployment/deployment.ts';
import { type HistoryEntry, historyPageSize } from '../../core/history.ts';
import type { Standing } from '../../core/timeline/standing.ts';
import { type TimeLine, timeLineOf } from '../../core/timeline/time-line.ts';
import { whereItStands } from '../../core/timeline/where-it-stands.ts';
import type { RunView } from '../../ports/store.ts';
import type { ServiceContext } from '../../services/context.ts';
import { getRun } from '../../services/training/get-run.ts';
import { type MetricLine, metricLines } from './sparkline.ts';

export interface RunPageView {
  run: RunView;
  standing: Standing;
  timeLine: TimeLine;
  /** The newest first; the newest 50. */
  deployments: readonly Deployment[];
  hasEarlierDeployments: boolean;
  /** The one whose steps are shown; null where there is none. */
  chosen: Deployment | null;
  /** What is live on the endpoint; null where nothing of this service is. */
  live: Deployment | null;
  metrics: readonly MetricLine[];
  /** The newest first. */
  history: readonly HistoryEntry[];
  /** The id of the entry before which there are earlier ones; null where all are here. */
  earlierBefore: number | null;
  /** Whether the history is that before an entry, and not the newest. */
  isEarlier: boolean;
}

/** How many entries a page shows. */
const shownEntries = 40;
const comparedRuns = 10;

interface RunPageQuery {
  trainingJobName: string;
  /** Which attempt's steps are shown; the newest's by default. */
  attempt: number | null;
  /** The id of a history entry. */
  historyBefore: number | null;
}

/** @throws {ServiceError} `not_found`. */
export async function readRunPage(ctx: ServiceContext, query: RunPageQuery): Promise<RunPageView> {
  const { store, now } = ctx;
  const { run, deployments: page, history: newest, hasEarlierHistory } = await getRun(ctx, query);
  const { trainingJobName, endpointName } = run;
  const deployments = page.items;
  const chosen = deployments.find(({ attempts }) => attempts === query.attempt) ?? deployments[0] ?? null;
  const before = query.historyBefore;
  const [live, compared, more, earlier] = await Promise.all([
    store.deployments.findLive(endpointName),
    run.metrics === null ? [] : readCompared(ctx, run),
    hasEarlierHistory ? readOfTimeLine(ctx, { trainingJobName, chosen, before: newest[0]?.id ?? null }) : [],
    before === null ? null : store.history.list({ trainingJobName, limit: shownEntries + 1, before }),
  ]);
  const all = withoutRepeats([...more, ...newest]);
  const shown = (earlier ?? newest).slice(-shownEntries);
  const hasMore = (earlier ?? newest).length > shownEntries || (earlier === null && hasEarlierHistory);
  return {
    run,
    standing: whereItStands({ run, deployment: deployments[0] ?? null, live }),
    timeLine: timeLineOf({ run, deployments, history: all, now: now() }),
    deployments,
    hasEarlierDeployments: page.nextCursor !== null,
    chosen,
    live,
    metrics: metricLines(run.metrics, compared),
    history: shown.toReversed(),
    earlierBefore: hasMore ? (shown[0]?.id ?? null) : null,
    isEarlier: before !== null,
  };
}

/** The endpoint's last runs until this one that have metrics, the newest first: this one is the first of them. */
async function readCompared({ store }: ServiceContext, run: RunView): Promise<RunView[]> {
  const filter = { endpointName: run.endpointName, statuses: ['completed'] as const, until: run.createdAt + 1 };
  const { items } = await store.runs.list({ filter, page: { limit: 2 * comparedRuns, cursor: null } });
  return items.filter(({ metrics, seq }) => metrics !== null && seq <= run.seq).slice(0, comparedRuns);
}

/** Of a long history what the time line needs beside the newest entries: those of the chosen deployment, and the oldest of the training. */
async function readOfTimeLine(
  { store }: ServiceContext,
  { trainingJobName, chosen, before }: { trainingJobName: string; chosen: Deployment | null; before: number | null },
): Promise<HistoryEntry[]> {
  const [older, own] = await Promise.all([
    store.history.list({ trainingJobName, before, limit: historyPageSize }),
    chosen === null
      ? []
      : store.history.list({ trainingJobName, deploymentId: chosen.deploymentId, before, limit: historyPageSize }),
  ]);
  return [...own, ...older];
}

const withoutRepeats = (entries: readonly HistoryEntry[]): HistoryEntry[] =>
  [...new Map(entries.map((entry) => [entry.id, entry])).values()].toSorted((one, other) => one.id - other.id);
