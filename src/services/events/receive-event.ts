import { SageMakerError, StoreUnavailableError } from '../../core/errors.ts';
import { hasPassed } from '../../core/instants.ts';
import { trainingJobPrefix } from '../../core/sagemaker/names.ts';
import type { StateChange } from '../../core/sagemaker/state-change.ts';
import { type ReadTags, readTrainingJobTags } from '../../core/sagemaker/tags.ts';
import { eventTiming } from '../../core/timing.ts';
import { isFinishedRun } from '../../core/training/training-run.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import { copiedFrom, readTags } from '../adoption/adopt-run.ts';
import type { ServiceContext } from '../context.ts';
import { lastEventMark, refusedEventMark } from './event-marks.ts';
import type { RefusalReason } from './event-memory.ts';
import { investigateOnce } from './investigate-once.ts';

export type EventResponse = { accepted: true } | { accepted: false; reason: string };

const accepted: EventResponse = { accepted: true };
const refused = (reason: string): EventResponse => ({ accepted: false, reason });

const lookUpOptions: CallOptions = { maxWaitMs: eventTiming.lookUpMs };
const recordEveryMs = 30_000;

/**
 * Takes an event as a hint: has a worker observe SageMaker now, and leaves everything else to that observation. Quick, and safe to
 * repeat: an event that is older than what is known leads to an observation that changes nothing.
 *
 * @throws {QueueUnavailableError} while Redis is unavailable: EventBridge sends the event again.
 */
export async function receiveEvent(ctx: ServiceContext, change: StateChange): Promise<EventResponse> {
  try {
    const response =
      change.kind === 'training' ? await receiveTrainingEvent(ctx, change) : await receiveEndpointEvent(ctx, change);
    if (response.accepted) await recordArrival(ctx);
    return response;
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) await recordRefusal(ctx);
    throw error;
  }
}

/** An event that this service refused was not lost on its way. Never fails. */
async function recordRefusal({ store, now }: ServiceContext): Promise<void> {
  await store.leases.saveCheckpoint({ task: refusedEventMark, checkpointAt: now() }).catch(() => undefined);
}

type TrainingChange = Extract<StateChange, { kind: 'training' }>;
type EndpointChange = Extract<StateChange, { kind: 'endpoint' }>;

async function receiveTrainingEvent(ctx: ServiceContext, change: TrainingChange): Promise<EventResponse> {
  const { trainingJobName, status } = change;
  const run = await ctx.store.runs.findStatus(trainingJobName);
  if (run === null) return receiveUnknownTrainingEvent(ctx, change);
  if (!isFinishedRun(run.status) || run.status === 'timed_out') {
    await ctx.queue.requestTrainingCheck(run, status);
    ctx.log.debug(
      { event: 'event.training_received', training_job_name: run.trainingJobName, event_status: status },
      'event of a training received',
    );
  }
  return accepted;
}

/**
 * A training that the database does not know may be one whose record is lost. The event brings its tags along or leaves them out; then,
 * for a name with the project's prefix, this asks SageMaker. Where SageMaker does not respond, a worker's observation finds out.
 */
async function receiveUnknownTrainingEvent(ctx: ServiceContext, change: TrainingChange): Promise<EventResponse> {
  const { queue, settings, log } = ctx;
  const { trainingJobName, status, tags } = change;
  const isTagged = Object.keys(tags).length > 0;
  const notStarted = `${trainingJobName} was not started by this service`;
  // What costs nothing comes first: names and tags of foreign trainings need no budget.
  if (!isTagged && !trainingJobName.startsWith(trainingJobPrefix(settings.projectName))) return refused(notStarted);
  const reason = isTagged
    ? await reasonAgainst(ctx, readTrainingJobTags(tags, trainingJobName, settings.projectName), notStarted)
    : null;
  if (reason !== null) return refused(reason);
  const investigate = async (): Promise<RefusalReason> => {
    const found = isTagged ? null : await askSageMaker(ctx, trainingJobName, notStarted);
    if (found !== null) return found;
    await queue.requestTrainingCheck({ trainingJobName, endpointName: settings.endpointName }, status);
    log.debug(
      { event: 'event.unknown_training_received', training_job_name: trainingJobName, event_status: status },
      'event of an unknown training received',
    );
    return null;
  };
  const found = await investigateOnce(ctx, { trainingJobName, investigate });
  return found === null ? accepted : refused(found);
}

async function askSageMaker(ctx: ServiceContext, name: string, notStarted: string): Promise<RefusalReason> {
  try {
    const job = await ctx.sagemaker.describeTrainingJob(name, lookUpOptions);
    return await reasonAgainst(ctx, await readTags(ctx, { job, options: lookUpOptions }), notStarted);
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    return error.kind === 'not_found' ? notStarted : null;
  }
}

/** null when the tags say that the training is this service's. */
async function reasonAgainst({ store }: ServiceContext, read: ReadTags, notStarted: string): Promise<RefusalReason> {
  switch (read.kind) {
    case 'foreign':
      return notStarted;
    case 'copied':
      return `${notStarted}: ${copiedFrom(read.from)}`;
    case 'invalid':
      return `${notStarted}: ${read.reason}`;
    case 'owned': {
      const known = await store.runs.findNameByRunId(read.tags.runId);
      return known === null ? null : `${notStarted}: ${copiedFrom(known)}`;
    }
  }
}

async function receiveEndpointEvent(
  { store, queue, log }: ServiceContext,
  { endpointName, status }: EndpointChange,
): Promise<EventResponse> {
  const deployment = await store.deployments.findInProgress(endpointName);
  if (deployment === null) {
    const known = await store.deployments.list({ filter: { endpointName }, page: { limit: 1, cursor: null } });
    return known.items.length > 0 ? accepted : refused(`nothing was deployed to ${endpointName} by this service`);
  }
  await queue.requestDeploymentCheck(deployment, status);
  const { trainingJobName, deploymentId } = deployment;
  log.debug(
    {
      event: 'event.endpoint_received',
      training_job_name: trainingJobName,
      deployment_id: deploymentId,
      endpoint_name: endpointName,
      event_status: status,
    },
    'event of an endpoint received',
  );
  return accepted;
}

/** Only where events arrive at all is a missed one worth a log line (record-outcome.ts). */
async function recordArrival({ store, eventMemory, now }: ServiceContext): Promise<void> {
  const { recordedAt } = eventMemory;
  if (recordedAt !== null && !hasPassed(recordedAt, recordEveryMs, now())) return;
  try {
    await store.leases.saveCheckpoint({ task: lastEventMark, checkpointAt: now() });
    eventMemory.recordedAt = now();
  } catch (error) {
    // The event is accepted all the same; the next one records its arrival.
    if (!(error instanceof StoreUnavailableError)) throw error;
  }
}
