import { SageMakerError, StoreUnavailableError } from '../../core/errors.ts';
import { hasPassed } from '../../core/instants.ts';
import { trainingJobPrefix } from '../../core/sagemaker/names.ts';
import type { StateChange } from '../../core/sagemaker/state-change.ts';
import { type ReadTags, readTrainingJobTags } from '../../core/sagemaker/tags.ts';
import { isFinishedRun } from '../../core/training/training-run.ts';
import { copiedFrom, readTags } from '../adoption/adopt-run.ts';
import { lastEventMark, refusedEventMark } from '../training/record-outcome.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { handleUnknownTraining } from './unknown-trainings.ts';

export type Received = { accepted: true } | { accepted: false; reason: string };

const accepted: Received = { accepted: true };
const refused = (reason: string): Received => ({ accepted: false, reason });

/** An API destination gives up after 5 s (docs/reference/eventbridge-behavior.md#api-destinations-time-out-after-5-seconds). */
const lookUpOptions: CallOptions = { maxWaitMs: 1500 };
const markEveryMs = 30_000;

/**
 * Takes an event as a hint: makes a worker look at SageMaker now, and leaves everything else to that look. Quick, and safe to repeat;
 * an event that is older than what is known leads to a look that changes nothing.
 *
 * @throws what the queue throws while Redis is away: EventBridge sends the event again.
 */
export async function receiveEvent(ctx: ServiceContext, change: StateChange): Promise<Received> {
  try {
    const received = change.kind === 'training' ? await ofTraining(ctx, change) : await ofEndpoint(ctx, change);
    if (received.accepted) await markEvent(ctx);
    return received;
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) await markRefusal(ctx);
    throw error;
  }
}

/** An event that this service refused is not missed on the way. Never fails. */
async function markRefusal({ store, now }: ServiceContext): Promise<void> {
  await store.leases.saveCheckpoint({ task: refusedEventMark, checkpointAt: now() }).catch(() => undefined);
}

type TrainingChange = Extract<StateChange, { kind: 'training' }>;

async function ofTraining(ctx: ServiceContext, change: TrainingChange): Promise<Received> {
  const { store, queue, log } = ctx;
  const { trainingJobName, status } = change;
  const run = await store.runs.findStatus(trainingJobName);
  if (run === null) return ofUnknown(ctx, change);
  if (!isFinishedRun(run.status) || run.status === 'timed_out') {
    await queue.requestTrainingCheck(run, status);
    log.debug({ training_job_name: run.trainingJobName, event_status: status }, 'an event came: looking at the training now');
  }
  return accepted;
}

/**
 * Of a training that the database does not know: it may be one of ours whose record was lost. The event brings the tags along, or leaves
 * them out; then, for a name of ours, SageMaker is asked. Where it does not answer, the look finds out.
 */
async function ofUnknown(ctx: ServiceContext, change: TrainingChange): Promise<Received> {
  const { queue, settings, log } = ctx;
  const { trainingJobName, status, tags } = change;
  const isTagged = Object.keys(tags).length > 0;
  const notStarted = `${trainingJobName} was not started by this service`;
  // What costs nothing first: names and tags of others need no budget.
  if (!isTagged && !trainingJobName.startsWith(trainingJobPrefix(settings.projectName))) return refused(notStarted);
  const reason = isTagged
    ? await whyNotOurs(ctx, readTrainingJobTags(tags, trainingJobName, settings.projectName), notStarted)
    : null;
  if (reason !== null) return refused(reason);
  const found = await handleUnknownTraining(ctx, trainingJobName, async () => {
    const reported = isTagged ? null : await refreshFromSageMaker(ctx, trainingJobName, notStarted);
    if (reported !== null) return reported;
    await queue.requestTrainingCheck({ trainingJobName, endpointName: settings.endpointName }, status);
    log.debug(
      { training_job_name: trainingJobName, event_status: status },
      'an event came of an unknown training: looking at it now',
    );
    return null;
  });
  return found === null ? accepted : refused(found);
}

async function refreshFromSageMaker(ctx: ServiceContext, name: string, notStarted: string): Promise<string | null> {
  try {
    const job = await ctx.sagemaker.describeTrainingJob(name, lookUpOptions);
    return await whyNotOurs(ctx, await readTags(ctx, job, lookUpOptions), notStarted);
  } catch (error) {
    if (!(error instanceof SageMakerError)) throw error;
    return error.kind === 'not_found' ? notStarted : null;
  }
}

/** null when the tags say that it is one. */
async function whyNotOurs({ store }: ServiceContext, read: ReadTags, notStarted: string): Promise<string | null> {
  switch (read.kind) {
    case 'foreign':
      return notStarted;
    case 'copied':
      return `${notStarted}: ${copiedFrom(read.from)}`;
    case 'invalid':
      return `${notStarted}: ${read.reason}`;
    case 'ours': {
      const known = await store.runs.findNameByRunId(read.own.runId);
      return known === null ? null : `${notStarted}: ${copiedFrom(known)}`;
    }
  }
}

async function ofEndpoint(
  { store, queue, log }: ServiceContext,
  { endpointName, status }: Extract<StateChange, { kind: 'endpoint' }>,
): Promise<Received> {
  const deployment = await store.deployments.findInProgress(endpointName);
  if (deployment === null) {
    const known = await store.deployments.list({ filter: { endpointName }, page: { limit: 1, cursor: null } });
    return known.items.length > 0 ? accepted : refused(`nothing was deployed to ${endpointName} by this service`);
  }
  await queue.requestDeploymentCheck(deployment, status);
  log.debug(
    { training_job_name: deployment.trainingJobName, endpoint_name: endpointName, event_status: status },
    'an event came: looking at the endpoint now',
  );
  return accepted;
}

/** When this process last left the mark, for each store that it has. */
const markedAt = new WeakMap<ServiceContext['store'], number>();

/** That events come at all is what makes a missed one worth telling (observe-training.ts). */
async function markEvent({ store, now }: ServiceContext): Promise<void> {
  const at = markedAt.get(store);
  if (at !== undefined && !hasPassed(at, markEveryMs, now())) return;
  try {
    await store.leases.saveCheckpoint({ task: lastEventMark, checkpointAt: now() });
    markedAt.set(store, now());
  } catch (error) {
    // The event is taken all the same; the next one leaves the mark.
    if (!(error instanceof StoreUnavailableError)) throw error;
  }
}
