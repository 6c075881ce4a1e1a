import type { Deployment } from '../../core/deployment/deployment.ts';
import type { HistoryEntry } from '../../core/history.ts';
import { timeLineOf } from '../../core/timeline/time-line.ts';
import { isEnd } from '../../core/trace/decide-trace.ts';
import type { Span } from '../../core/trace/span.ts';
import { type IdOf, spansOfRun, type TracedId, type TracedRun } from '../../core/trace/spans-of-run.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { ServiceContext } from '../context.ts';

/** More of a run's entries than this are its oldest ones, without which the time line does. */
const mostEntries = 2_000;
const mostDeployments = 100;

interface Trace {
  run: TrainingRun;
  deployments: readonly Deployment[];
  /** The id of the last entry that says that something of the run has ended. */
  lastEndId: number | null;
  spans: Span[];
}

/** What is recorded of a run, as a trace; null for a run that is not there. */
export async function readTrace(
  { store, now }: Pick<ServiceContext, 'store' | 'now'>,
  { trainingJobName, linkBase, idOf }: { trainingJobName: string; linkBase: string; idOf: IdOf },
): Promise<Trace | null> {
  const run = await store.runs.find(trainingJobName);
  if (run === null) return null;
  const page = { limit: mostDeployments, cursor: null };
  const { items: deployments } = await store.deployments.list({ filter: { trainingJobName }, page });
  const history = await store.history.list({ trainingJobName, limit: mostEntries });
  const timeLine = timeLineOf({ run, deployments, history, now: now() });
  const related = await readRelated(store, deployments);
  const spans = spansOfRun({ run, deployments, timeLine, related, linkBase }, idOf);
  return { run, deployments, lastEndId: lastOf(history), spans };
}

const lastOf = (history: readonly HistoryEntry[]): number | null => history.findLast(isEnd)?.id ?? null;

/** The runs of what deployments go back to, and of what superseded them. */
async function readRelated(
  store: Pick<ServiceContext['store'], 'runs' | 'deployments'>,
  deployments: readonly Deployment[],
): Promise<TracedRun['related']> {
  const related = new Map<string, TracedId & { relation: 'restores' | 'superseded_by' }>();
  for (const { deploymentId, restores, supersededBy } of deployments) {
    const restored = restores === null ? null : await store.deployments.find(restores);
    const name = restored?.trainingJobName ?? supersededBy;
    const other = name === null ? null : await store.runs.find(name);
    if (other !== null)
      related.set(deploymentId, {
        runId: other.runId,
        traceParent: other.traceParent,
        relation: restored === null ? 'superseded_by' : 'restores',
      });
  }
  return related;
}
