import type { z } from 'zod';
import { checkQueueName, checkSchema, deployQueueName, deploySchema } from '../queue/jobs.ts';
import { runDeployment } from '../services/deployment/run-deployment.ts';
import { createFeedReader } from '../services/feed/read-feed.ts';
import { checkRun } from '../services/training/check-run.ts';
import { createProgressReader } from '../services/training/read-progress.ts';
import { observeOnEvent } from '../services/events/observe-on-event.ts';
import { complete, type JobResult } from '../services/job-result.ts';
import type { Logger } from '../ports/logger.ts';
import type { ServiceContext } from '../services/context.ts';

export interface HandlerContext {
  /** Aborted when the worker shuts down, or another worker has the job's lock. */
  signal: AbortSignal;
  /** Also writes to the job's log in Bull Board. */
  log: Logger;
}

/** What the data of every job has. */
export interface JobData {
  training_job_name: string;
  failing_since?: number | null;
  described_at?: number | null;
  batched?: boolean;
}

/** One kind of job: its queue, the schema of its data, and what a worker does with it. */
export interface JobKind<Data extends JobData = JobData> {
  queueName: string;
  schema: z.ZodType<Data>;
  handle(data: Data, context: HandlerContext): Promise<JobResult>;
}

/** What workers do: the services, as jobs. */
export function createHandlers(ctx: ServiceContext): JobKind[] {
  const readFeed = createFeedReader(ctx);
  const readProgress = createProgressReader(ctx);
  return [
    jobKind({
      queueName: checkQueueName,
      schema: checkSchema,
      handle: ({ training_job_name, failing_since, described_at, batched, actor }, { signal, log }) => {
        // A clock that was set back since wrote an instant in the future.
        const failingSince = failing_since === null ? null : Math.min(failing_since, ctx.now());
        const input = { trainingJobName: training_job_name, actor, failingSince, signal };
        return actor === 'event'
          ? observeOnEvent({ ...ctx, log }, input)
          : checkRun({ ...ctx, log }, { ...input, describedAt: described_at, isBatched: batched, readFeed, readProgress });
      },
    }),
    jobKind({
      queueName: deployQueueName,
      schema: deploySchema,
      handle: async ({ deployment_id, once }, { signal, log }) => {
        const outcome = await runDeployment({ ...ctx, log }, { deploymentId: deployment_id, signal });
        // The deployment's own job continues.
        return once ? complete : outcome;
      },
    }),
  ];
}

/** Forgets the type of the data, which only `handle` has to know: it gets what its own schema gave. */
export const jobKind = <Data extends JobData>(kind: JobKind<Data>): JobKind => kind;
