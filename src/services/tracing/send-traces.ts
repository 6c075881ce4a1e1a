import { createHash } from 'node:crypto';
import { moveHorizon, noHorizon, type Horizon } from '../../core/history-horizon.ts';
import type { HistoryEntry } from '../../core/history.ts';
import { decideTrace, isEnd, isOver, isTooOld } from '../../core/trace/decide-trace.ts';
import type { Span } from '../../core/trace/span.ts';
import type { IdOf } from '../../core/trace/spans-of-run.ts';
import type { TraceExporter } from '../../ports/trace-exporter.ts';
import type { ServiceContext } from '../context.ts';
import { withLease } from '../system/with-lease.ts';
import { readTrace } from './read-trace.ts';

const task = 'send-traces';
const pageSize = 500;

/** What one process knows between two rounds. Losing it costs a try. */
export interface TraceMemory {
  horizon: Horizon;
  /** How many tries failed in a row. */
  failures: number;
  /** By the monotonic clock: no try before. */
  retryAt: number;
}

export const newTraceMemory = (): TraceMemory => ({ horizon: noHorizon, failures: 0, retryAt: -Infinity });

interface Input {
  exporter: TraceExporter;
  memory: TraceMemory;
  /** What links begin with. */
  linkBase: string;
  signal: AbortSignal;
}

type TraceContext = Pick<ServiceContext, 'store' | 'now' | 'random' | 'log'>;

/** Ids by what they are of, so that a trace that is sent once more is the same one. */
export const idOf: IdOf = (kind, of) =>
  createHash('sha256')
    .update(`${kind} ${of}`)
    .digest('hex')
    .slice(0, kind === 'trace' ? 32 : 16);

/**
 * Sends the trace of each run that is over, in one process at a time, in the order of their ends. Returns how many were sent.
 *
 * At least once: a trace that was sent before its process died, or lost the database, is sent once more, with the same ids. What is in progress
 * when tracing is set for the first time is traced; what was over before is not. A receiver that is unavailable delays all of them, each for a
 * day at most, and nothing else.
 */
export async function sendTraces(ctx: TraceContext, input: Input): Promise<number> {
  const { store } = ctx;
  const { memory, signal } = input;
  if (performance.now() < memory.retryAt) return 0;
  memory.horizon = moveHorizon(memory.horizon, await store.history.head({ settled: memory.horizon.settled }));
  const mark = await store.traces.mark();
  const { settled } = memory.horizon;
  if (mark === null) {
    await store.traces.record({ readTo: settled });
    return 0;
  }
  if (mark >= settled) return 0;
  const work = async (renew: () => Promise<void>): Promise<number> => {
    let sent = 0;
    // As another process may have left it.
    let readTo = (await store.traces.mark()) ?? mark;
    while (readTo < settled && !signal.aborted) {
      const page = await store.history.read({ after: readTo, upTo: settled, limit: pageSize, filter: {} });
      for (const entry of page.items.filter(isEnd)) {
        await renew();
        const outcome = await sendOne(ctx, input, entry);
        if (outcome === 'later' || signal.aborted) return sent;
        if (outcome === 'sent') sent += 1;
      }
      await store.traces.record({ readTo: page.readTo });
      readTo = page.readTo;
    }
    return sent;
  };
  return (await withLease(ctx, { task, work })) ?? 0;
}

/** `later`: the receiver takes nothing now. `none`: the entry is not the last end of its run, or there is nothing to send. */
async function sendOne(
  ctx: TraceContext,
  { exporter, memory, linkBase, signal }: Input,
  entry: HistoryEntry,
): Promise<'sent' | 'none' | 'later'> {
  const { store, now, random, log } = ctx;
  if (isTooOld(entry.at, now())) return 'none';
  const spans = await spansAt(ctx, entry, linkBase);
  if (spans === null) return 'none';
  const result = await exporter.send(spans, { now: now(), signal });
  const decision = decideTrace({ endedAt: entry.at, failures: memory.failures }, result, { now: now(), random });
  const fields = { training_job_name: entry.trainingJobName, trace_id: spans[0]?.traceId };
  switch (decision.kind) {
    case 'sent':
      memory.failures = 0;
      await store.traces.record({ readTo: entry.id, result: 'sent' });
      log.debug({ event: 'trace.sent', ...fields, spans: spans.length }, 'trace sent');
      return 'sent';
    case 'abandon':
      await store.traces.record({ readTo: entry.id, result: 'abandoned' });
      log.error({ event: 'trace.abandoned', ...fields, reason: decision.reason }, 'trace not received; abandoned');
      return 'none';
    case 'retry': {
      const level = memory.failures === 0 ? 'warn' : 'debug';
      memory.failures += 1;
      memory.retryAt = performance.now() + decision.afterMs;
      await store.traces.record({ result: 'failedTries' });
      log[level]({ event: 'trace.failed', ...fields, reason: decision.reason }, 'trace not received; retrying');
      return 'later';
    }
  }
}

/** null where a later entry will do, and for a run that is gone. */
async function spansAt(ctx: TraceContext, entry: HistoryEntry, linkBase: string): Promise<Span[] | null> {
  const { trainingJobName } = entry;
  if (trainingJobName == null) return null;
  const trace = await readTrace(ctx, { trainingJobName, linkBase, idOf });
  if (trace === null || !isOver(trace.run, trace.deployments)) return null;
  return trace.lastEndId === entry.id ? trace.spans : null;
}
