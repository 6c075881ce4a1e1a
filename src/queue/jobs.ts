/**
 * The two kinds of job: which queue, what data, which id. Data is parsed when it is enqueued and again when it is processed: an
 * older version, or an operator, may have written what is in Redis.
 */
import { randomUUID } from 'node:crypto';
import type { JobsOptions } from 'bullmq';
import { z } from 'zod';
import { CannotBeHandled } from '../core/errors.ts';
import { namePattern } from '../core/sagemaker/names.ts';
import { isFinal } from '../core/sagemaker/state-change.ts';
import type { WatchedDeployment, WatchedRun } from '../ports/queue.ts';

const name = z.string().regex(namePattern);

export const checkSchema = z.object({
  training_job_name: name,
  endpoint_name: name,
  /** Since when SageMaker fails, in milliseconds since 1970 UTC. */
  failing_since: z.number().nullable(),
  /** When a check last described the training and found nothing to watch closely; in milliseconds since 1970 UTC. */
  described_at: z.number().nullable().default(null),
  /** It was delayed so that it comes due together with others. */
  batched: z.boolean().default(false),
  /** Why it observes: regularly, or once because of an event. */
  actor: z.enum(['poll', 'event']).default('poll'),
});
export type CheckData = z.infer<typeof checkSchema>;

export const deploySchema = z.object({
  // A BullMQ job id may not hold a colon (docs/reference/bullmq-behavior.md#job-ids-hold-no-colon).
  deployment_id: z.string().regex(/^[\w-]{1,100}$/),
  training_job_name: name,
  endpoint_name: name,
  /** One run because of an event, beside the deployment's own job. */
  once: z.boolean().default(false),
});
export type DeployData = z.infer<typeof deploySchema>;

/** An older version, or an operator, may have written a row that makes no valid job. */
function parsed<Data>(schema: z.ZodType<Data>, row: Record<string, unknown>): Data {
  const result = schema.safeParse(row);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => {
    const field = path.map(String).join('.');
    return `${field} is ${JSON.stringify(row[field])}: ${message}`;
  });
  throw new CannotBeHandled(`no job can be made of it: ${issues.join('; ')}`);
}

export interface NewJob<Data> {
  /** The training job's name: what Bull Board shows. */
  name: string;
  data: Data;
  jobId: string;
}

/** @throws {CannotBeHandled} */
export function checkJob(run: WatchedRun, describedAt: number | null = null): NewJob<CheckData> {
  const data = parsed(checkSchema, {
    training_job_name: run.trainingJobName,
    endpoint_name: run.endpointName,
    failing_since: null,
    described_at: describedAt,
  });
  return { name: data.training_job_name, data, jobId: `check-${data.training_job_name}` };
}

/** @throws {CannotBeHandled} */
export function deployJob(deployment: WatchedDeployment): NewJob<DeployData> {
  const data = parsed(deploySchema, {
    deployment_id: deployment.deploymentId,
    training_job_name: deployment.trainingJobName,
    endpoint_name: deployment.endpointName,
  });
  return { name: data.training_job_name, data, jobId: `deploy-${data.deployment_id}` };
}

/** One observation because of an event. */
export interface ObservationJob<Data> extends NewJob<Data> {
  /** While a job with the same id waits, no other is added; BullMQ keeps one that comes while it is active (keepLastIfActive). */
  deduplicationId: string;
}

/** @throws {CannotBeHandled} */
export function trainingObservationJob(run: WatchedRun, status: string): ObservationJob<CheckData> {
  const job = checkJob(run);
  return { ...job, data: { ...job.data, actor: 'event' }, ...observationIds(run.trainingJobName, status) };
}

/** @throws {CannotBeHandled} */
export function deploymentObservationJob(deployment: WatchedDeployment, status: string): ObservationJob<DeployData> {
  const job = deployJob(deployment);
  return { ...job, data: { ...job.data, once: true }, ...observationIds(deployment.deploymentId, status) };
}

/** Each observation has a job id of its own, so that people can read the finished ones. */
function observationIds(subject: string, status: string): { jobId: string; deduplicationId: string } {
  const deduplicationId = `observe-${subject}-${isFinal(status) ? 'end' : 'progress'}`;
  return { deduplicationId, jobId: `${deduplicationId}-${randomUUID().slice(0, 8)}` };
}

export const checkQueueName = 'check-training';
export const deployQueueName = 'deploy';

/** The last finished jobs stay for people to read; a failed one, which only BullMQ itself can make, would block its id. */
export const jobOptions = {
  keepLogs: 200,
  removeOnComplete: { count: 1000 },
  removeOnFail: true,
} satisfies JobsOptions;

/** BullMQ keeps a delayed job's instant in the score, with a counter in its lowest 12 bits (`getDelayedScore` of its scripts). */
export const scoreOfMs = 0x1000;
