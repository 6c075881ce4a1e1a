/**
 * The two kinds of job: which queue, what data, which id. Data is parsed when it is enqueued and again when it is processed: what
 * lies in Redis may be of an older version, or of somebody's own hand.
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
  /** Since when SageMaker has not answered as it should, in milliseconds since 1970 UTC. */
  failing_since: z.number().nullable(),
  /** Why it looks: regularly, or once because an event said so. */
  actor: z.enum(['poll', 'event']).default('poll'),
});
export type CheckData = z.infer<typeof checkSchema>;

export const deploySchema = z.object({
  // A BullMQ job id may not hold a colon (docs/reference/bullmq-behavior.md#job-ids-hold-no-colon).
  deployment_id: z.string().regex(/^[\w-]{1,100}$/),
  training_job_name: name,
  endpoint_name: name,
  /** One look on account of an event, beside the job that carries the deployment on. */
  once: z.boolean().default(false),
});
export type DeployData = z.infer<typeof deploySchema>;

/** What a row of the database holds, of an older version or of somebody's own hand, need not make a job. */
function parsed<Data>(schema: z.ZodType<Data>, row: Record<string, unknown>): Data {
  const result = schema.safeParse(row);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => {
    const field = path.map(String).join('.');
    return `${field} is ${JSON.stringify(row[field])}: ${message}`;
  });
  throw new CannotBeHandled(`no job can be made of it: ${faults.join('; ')}`);
}

export interface NewJob<Data> {
  /** What people see in Bull Board: the training job's name. */
  name: string;
  data: Data;
  jobId: string;
}

/** @throws {CannotBeHandled} */
export function checkJob(run: WatchedRun): NewJob<CheckData> {
  const data = parsed(checkSchema, {
    training_job_name: run.trainingJobName,
    endpoint_name: run.endpointName,
    failing_since: null,
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

/** One look on account of an event. */
export interface ObservationJob<Data> extends NewJob<Data> {
  /** While a job with the same one waits no other is added; one that comes while it is processed is kept until then (keepLastIfActive). */
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

/** Each look has an id of its own, so that those that are over stay to be read. */
function observationIds(at: string, status: string): { jobId: string; deduplicationId: string } {
  const deduplicationId = `look-${at}-${isFinal(status) ? 'end' : 'course'}`;
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
