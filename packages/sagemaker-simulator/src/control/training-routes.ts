import { z } from 'zod';
import { toArn } from '../resources/arn.ts';
import type { TrainingJobRecord, TrainingPhase } from '../state/records.ts';
import type { TrainingJobRequest } from '../state/requests.ts';
import { keyOf, type Put } from '../state/state.ts';
import { begun, currentPhase } from '../state/timeline.ts';
import { newTrainingJob } from '../resources/new-training-job.ts';
import { hasEnded, statusAt } from '../resources/training-job.ts';
import { interruptAt, phase, withinWait, workingPhases } from '../resources/training-plan.ts';
import type { SimulatorContext } from '../context.ts';
import { metricValue } from '../settings.ts';
import { ControlError } from './control-error.ts';
import { firstParam, parsed, type ControlRequest, type Route } from './route.ts';

const completion = z.strictObject({ metrics: z.record(z.string().min(1).max(255), metricValue).optional() }).default({});
const failure = z
  .strictObject({ reason: z.string().min(1).max(1024).default('AlgorithmError: framework error: exit code: 1') })
  .prefault({});
const nothing = z.strictObject({}).default({});

const interruption = z.strictObject({ seconds: z.number().min(0).max(31_536_000).default(60) }).prefault({});

const seeding = z.strictObject({
  count: z.int().min(1).max(100_000),
  namePrefix: z
    .string()
    .regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/)
    .max(50)
    .default('seeded'),
  /** The status of the jobs; those in progress continue at the speed of the settings. */
  status: z.enum(['in_progress', 'completed', 'failed', 'stopped']).default('completed'),
  /** How long ago the newest was created. */
  newestAgeSeconds: z.number().min(0).default(0),
  /** From one job's creation to the next one's. */
  spacingSeconds: z.number().min(0).default(1),
  /** Whether jobs in progress have been so since their creation: they are in different phases, and end one after the other. */
  fromCreation: z.boolean().default(false),
  region: z.string().min(1).default('us-east-1'),
  trainingImage: z.string().min(1).default('123456789012.dkr.ecr.us-east-1.amazonaws.com/seeded:1'),
  s3OutputPath: z.string().min(1).default('s3://seeded/artifacts'),
  tags: z.record(z.string().min(1), z.string()).default({}),
});
type Seeding = z.output<typeof seeding>;

function findTrainingJob(context: SimulatorContext, request: ControlRequest): TrainingJobRecord {
  const job = context.state.trainingJobs.get(keyOf(firstParam(request)));
  if (!job) throw new ControlError(404, `no training job ${firstParam(request)}`);
  return job;
}

function unfinished(context: SimulatorContext, request: ControlRequest): TrainingJobRecord {
  const job = findTrainingJob(context, request);
  const now = context.now();
  if (hasEnded(job, now)) throw new ControlError(409, `the training job is ${statusAt(job, now)} already`);
  return job;
}

function end(
  context: SimulatorContext,
  job: TrainingJobRecord,
  changes: Pick<TrainingJobRecord, 'timeline'> & Partial<TrainingJobRecord>,
): object {
  const now = context.now();
  const ended = { ...job, ...changes };
  context.state.commit({ puts: [['trainingJobs', keyOf(job.name), ended]] });
  return { trainingJobName: job.name, status: statusAt(ended, now), secondaryStatus: currentPhase(ended.timeline, now).status };
}

/** A completed training job has been in every phase, if only for an instant. */
function completedNow(timeline: TrainingPhase[], now: number): TrainingPhase[] {
  const past = begun(timeline, now).filter(({ status }) => status !== 'Stopping');
  const skipped = workingPhases.filter((status) => status !== 'Pending' && !past.some((seen) => seen.status === status));
  return [...past, ...skipped.map((status) => phase(status, now)), phase('Completed', now)];
}

function complete(context: SimulatorContext, request: ControlRequest): object {
  const { metrics } = parsed(completion, request.body);
  const job = unfinished(context, request);
  return end(context, job, {
    timeline: completedNow(job.timeline, context.now()),
    failureReason: null,
    metrics: metrics ?? job.metrics,
  });
}

function fail(context: SimulatorContext, request: ControlRequest): object {
  const { reason } = parsed(failure, request.body);
  const job = unfinished(context, request);
  const now = context.now();
  return end(context, job, { timeline: [...begun(job.timeline, now), phase('Failed', now)], failureReason: reason });
}

function stop(context: SimulatorContext, request: ControlRequest): object {
  parsed(nothing, request.body);
  const job = unfinished(context, request);
  const now = context.now();
  return end(context, job, { timeline: [...begun(job.timeline, now), phase('Stopped', now)] });
}

/** Takes the instances of a managed spot training away; it continues after `seconds`, or ends where it has waited for too long. */
function interrupt(context: SimulatorContext, request: ControlRequest): object {
  const { seconds } = parsed(interruption, request.body);
  const job = unfinished(context, request);
  const now = context.now();
  const { status } = currentPhase(job.timeline, now);
  if (job.request.EnableManagedSpotTraining !== true) throw new ControlError(409, 'the training job is no managed spot training');
  if (status !== 'Downloading' && status !== 'Training') throw new ControlError(409, `the training job is ${status}`);
  const { MaxWaitTimeInSeconds = Infinity } = job.request.StoppingCondition ?? {};
  const cutAt = job.createdAt + MaxWaitTimeInSeconds * 1000;
  return end(context, job, {
    timeline: withinWait(interruptAt(job.timeline, now, seconds), cutAt, context.settings().stopSeconds),
  });
}

function seeded(context: SimulatorContext, order: Seeding, index: number): TrainingJobRecord {
  const { namePrefix, region, status } = order;
  const now = context.now();
  const createdAt = Math.round(now - (order.newestAgeSeconds + (order.count - 1 - index) * order.spacingSeconds) * 1000);
  const TrainingJobName = `${namePrefix}-${String(index + 1).padStart(6, '0')}`;
  const request: TrainingJobRequest = {
    TrainingJobName,
    RoleArn: `arn:aws:iam::${context.accountId}:role/seeded`,
    AlgorithmSpecification: { TrainingInputMode: 'File', TrainingImage: order.trainingImage },
    OutputDataConfig: { S3OutputPath: order.s3OutputPath },
    ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 30 },
    StoppingCondition: { MaxRuntimeInSeconds: 86_400 },
  };
  const arn = (kind: 'training-job' | 'model' | 'endpoint-config' | 'endpoint', name: string): string =>
    toArn(region, context.accountId, kind, name);
  const job = newTrainingJob(
    request,
    { now: status === 'in_progress' && !order.fromCreation ? now : createdAt, arn, settings: context.settings() },
    null,
  );
  const tags = Object.entries(order.tags).map(([Key, Value]) => ({ Key, Value }));
  if (status === 'in_progress') return { ...job, createdAt, tags };
  const ending = { completed: 'Completed', failed: 'Failed', stopped: 'Stopped' } as const;
  const timeline = [
    ...workingPhases.filter((name) => name !== 'Pending').map((name) => phase(name, createdAt)),
    phase(ending[status], createdAt),
  ];
  return { ...job, tags, timeline, failureReason: status === 'failed' ? 'AlgorithmError: seeded' : null };
}

function seed(context: SimulatorContext, request: ControlRequest): object {
  const order = parsed(seeding, request.body);
  const jobs = Array.from({ length: order.count }, (_, index) => seeded(context, order, index));
  const taken = jobs.find(({ name }) => context.state.trainingJobs.has(keyOf(name)));
  if (taken) throw new ControlError(409, `there is a training job ${taken.name} already`);
  context.state.commit({
    puts: jobs.map((job): Put => ['trainingJobs', keyOf(job.name), job]),
    effects: [{ at: context.now(), kind: 'training_jobs_seeded', name: order.namePrefix, detail: { count: order.count } }],
  });
  return { count: jobs.length, first: jobs[0]?.name, last: jobs.at(-1)?.name };
}

export const trainingRoutes: Route[] = [
  { method: 'POST', path: '/_control/training-jobs/seed', run: seed },
  { method: 'POST', path: '/_control/training-jobs/:name/complete', run: complete },
  { method: 'POST', path: '/_control/training-jobs/:name/fail', run: fail },
  { method: 'POST', path: '/_control/training-jobs/:name/stop', run: stop },
  { method: 'POST', path: '/_control/training-jobs/:name/interrupt', run: interrupt },
];
