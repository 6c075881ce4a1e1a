/**
 * The tags that make SageMaker the third copy (ARCHITECTURE.md#principles): they say that a resource is ours and hold what is
 * needed to continue when the database is lost.
 */
import { imagePattern, namePattern } from './names.ts';

export const tagKeys = {
  managedBy: 'autodeploy:managed-by',
  project: 'autodeploy:project',
  runId: 'autodeploy:run-id',
  endpointName: 'autodeploy:endpoint-name',
  autoDeploy: 'autodeploy:auto-deploy',
  servingImage: 'autodeploy:serving-image',
  trainingJobName: 'autodeploy:training-job-name',
  /** On an endpoint: the training job that a person put there by force; it counts while that one is live. */
  forced: 'autodeploy:forced',
  /** On a training job: why nothing but a person's word deploys it: `rolled_back`, `stopped`, `removed`. */
  turnedDown: 'autodeploy:turned-down',
} as const;

export const reservedTagPrefix = 'autodeploy:';
const managedBy = 'sagemaker-autodeploy';

/** What the tags of a training job that this service owns say. */
export interface OwnTags {
  runId: string;
  project: string;
  endpointName: string;
  autoDeploy: boolean;
  servingImage: string | null;
}

/** `trainingJobName` says on the job itself which one they were made for: a copy of them has that, too. */
export const trainingJobTags = (own: OwnTags, trainingJobName: string): Record<string, string> => ({
  [tagKeys.managedBy]: managedBy,
  [tagKeys.project]: own.project,
  [tagKeys.runId]: own.runId,
  [tagKeys.endpointName]: own.endpointName,
  [tagKeys.autoDeploy]: String(own.autoDeploy),
  [tagKeys.trainingJobName]: trainingJobName,
  ...(own.servingImage === null ? {} : { [tagKeys.servingImage]: own.servingImage }),
});

/** Tags of a model, endpoint configuration or endpoint that we create. */
export const deploymentTags = (project: string, trainingJobName: string): Record<string, string> => ({
  [tagKeys.managedBy]: managedBy,
  [tagKeys.project]: project,
  [tagKeys.trainingJobName]: trainingJobName,
});

/** The training job that a model, endpoint configuration or endpoint of this project was made for; null for one that is not ours. */
export const readDeploymentTags = (tags: Record<string, string>, project: string): string | null =>
  tags[tagKeys.managedBy] === managedBy && tags[tagKeys.project] === project ? (tags[tagKeys.trainingJobName] ?? null) : null;

/** As they are read, with what has been added to them since. */
export type FoundTags = OwnTags & { isTurnedDown: boolean; isRemoved: boolean };

export type ReadTags =
  /** `named`: they say that they are this training job's; false where they do not say whose, as the first version left them. */
  | { kind: 'ours'; own: FoundTags; named: boolean }
  | { kind: 'foreign' }
  /** They are those of another training that this service owns. */
  | { kind: 'copied'; from: string }
  | { kind: 'invalid'; reason: string };

const runIdPattern = /^[\w-]{1,100}$/;

/** What the tags of a training job say to the service of this project. They are input: any user may have written them. */
export function readTrainingJobTags(tags: Record<string, string>, trainingJobName: string, project: string): ReadTags {
  if (tags[tagKeys.managedBy] !== managedBy || tags[tagKeys.project] !== project) return { kind: 'foreign' };
  const name = tags[tagKeys.trainingJobName];
  if (name !== undefined && name !== trainingJobName) return { kind: 'copied', from: name };
  const runId = tags[tagKeys.runId] ?? '';
  const endpointName = tags[tagKeys.endpointName] ?? '';
  const autoDeploy = tags[tagKeys.autoDeploy] ?? 'false';
  const servingImage = tags[tagKeys.servingImage] ?? null;
  const faults = [
    namePattern.test(trainingJobName) ? null : 'the training job has a name that none can have',
    runIdPattern.test(runId) ? null : `${tagKeys.runId} is no run id`,
    namePattern.test(endpointName) ? null : `${tagKeys.endpointName} is no endpoint's name`,
    autoDeploy === 'true' || autoDeploy === 'false' ? null : `${tagKeys.autoDeploy} is neither true nor false`,
    servingImage === null || imagePattern.test(servingImage) ? null : `${tagKeys.servingImage} is no image`,
  ].filter((fault) => fault !== null);
  if (faults.length > 0) return { kind: 'invalid', reason: `its tags are not valid: ${faults.join('; ')}` };
  const turnedDown = tags[tagKeys.turnedDown];
  const own = {
    runId,
    project,
    endpointName,
    autoDeploy: autoDeploy === 'true',
    servingImage,
    isTurnedDown: turnedDown !== undefined,
    isRemoved: turnedDown === 'removed',
  };
  return { kind: 'ours', own, named: name !== undefined };
}

/** Whether an event's tags say that the model is not to be deployed, or that they were copied from another training. */
export const isDeployUnwanted = (tags: Record<string, string>, trainingJobName: string): boolean =>
  tags[tagKeys.managedBy] === managedBy &&
  (tags[tagKeys.autoDeploy] === 'false' || (tags[tagKeys.trainingJobName] ?? trainingJobName) !== trainingJobName);
