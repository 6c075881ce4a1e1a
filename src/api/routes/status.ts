import { createRoute } from '@hono/zod-openapi';
import type { SkippedItem } from '../../core/skipped.ts';
import type { ServiceProcess } from '../../core/service-process.ts';
import { recentCallsMs, type SystemStatus } from '../../services/system/read-status.ts';
import type { ApiDeps } from '../deps.ts';
import { json, readProblems } from '../problems/openapi.ts';
import { type StatusBody, StatusSchema } from '../schemas/status.ts';
import type { Routes } from '../env.ts';
import { needsRole } from './security.ts';

const route = createRoute({
  method: 'get',
  path: '/status',
  operationId: 'readStatus',
  tags: ['operation'],
  summary: 'The state of the whole service: processes, waiting jobs, refused calls, and warnings',
  security: needsRole('read'),
  responses: {
    200: json(StatusSchema, 'The state, also while Redis or the database is unavailable'),
    ...readProblems('invalid_request'),
  },
});

export function statusRoutes(routes: Routes, { ctx, version, readStatus }: ApiDeps): void {
  routes.openapi(route, async (c) => c.json(serializeStatus(await readStatus(), version, ctx.now()), 200));
}

const isoTime = (at: number): string => new Date(at).toISOString();

function serializeStatus(status: SystemStatus, version: string, now: number): StatusBody {
  const { processes, oldestWaitingJob: oldest, lastEventAt, refusedCalls, skipped } = status;
  const those = (service: ServiceProcess['service']): StatusBody['workers'] =>
    processes?.filter((one) => one.service === service).map(serializeProcess) ?? null;
  const sum = (...results: string[]): number =>
    (refusedCalls ?? []).filter(({ result }) => results.includes(result)).reduce((total, { count }) => total + count, 0);
  return {
    version,
    database: partOf(status.databaseProblem),
    redis: {
      ...partOf(status.redisProblem),
      version: status.redis?.version ?? null,
      eviction_policy: status.redis?.evictionPolicy ?? null,
    },
    workers: those('worker'),
    api_processes: those('api'),
    oldest_waiting_job:
      oldest === null
        ? null
        : {
            queue: oldest.queue,
            training_job_name: oldest.trainingJobName,
            due_at: isoTime(oldest.dueSince),
            late_seconds: Math.max(0, now - oldest.dueSince) / 1000,
          },
    last_event_at: lastEventAt === null ? null : isoTime(lastEventAt),
    sagemaker_calls:
      refusedCalls === null
        ? null
        : {
            since: isoTime(now - recentCallsMs),
            throttled: sum('throttled'),
            denied: sum('access_denied', 'unauthenticated'),
            refused: refusedCalls,
          },
    skipped: skipped?.slice(0, mostShown).map(serializeSkipped) ?? null,
    change_feed: serializeFeed(status.changeFeed),
    warnings: status.warnings,
  };
}

/** `autodeploy_skipped` counts all of them. */
const mostShown = 100;

const serializeSkipped = ({ kind, name, reason, firstAt, lastAt, count }: SkippedItem) => ({
  kind,
  name,
  reason,
  first_at: isoTime(firstAt),
  last_at: isoTime(lastAt),
  count,
});

const instantOf = (at: number | null): string | null => (at === null ? null : isoTime(at));

const serializeFeed = (feed: SystemStatus['changeFeed']): StatusBody['change_feed'] =>
  feed && {
    mode: feed.mode,
    swept_at: instantOf(feed.sweptAt),
    listed_at: instantOf(feed.relistedAt),
    problems: feed.problems.map(({ name, reason, firstAt }) => ({ part: name, reason, since: isoTime(firstAt) })),
  };

const partOf = (problem: string | null): StatusBody['database'] => ({
  status: problem === null ? 'ok' : 'unavailable',
  reason: problem,
});

const serializeProcess = ({ name, version, startedAt, lastSeenAt, problem }: ServiceProcess) => ({
  name,
  version,
  started_at: isoTime(startedAt),
  last_seen_at: isoTime(lastSeenAt),
  problem,
});
