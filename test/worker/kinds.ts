import { checkSchema, deploySchema, type CheckData, type DeployData } from '../../src/queue/jobs.ts';
import type { JobResult } from '../../src/services/job-result.ts';
import { jobKind, type HandlerContext, type JobKind } from '../../src/worker/handlers.ts';

export const quick = { lockMs: 1000, lockRenewMs: 500, stalledIntervalMs: 500 };

export const checkKind = (handle: (data: CheckData, context: HandlerContext) => Promise<JobResult>): JobKind =>
  jobKind({ queueName: 'check-training', schema: checkSchema, handle });

export const deployKind = (handle: (data: DeployData, context: HandlerContext) => Promise<JobResult>): JobKind =>
  jobKind({ queueName: 'deploy', schema: deploySchema, handle });
