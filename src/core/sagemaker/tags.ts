/**
 * The tags that make SageMaker the third copy (ARCHITECTURE.md#principles): they say that a resource is this service's, and hold what the
 * service needs to continue when the database is lost.
 */
import { imagePattern, namePattern } from './names.ts';

export const tagKeys = {
  managedBy: 'autodeploy:managed-by',
  project: 'autodeploy:project',
  runId: 'autodeploy:run-id',
  endpointName: 'autodeploy:endpoint-name',
  autoDeploy: 'autodeploy:auto-deploy',
  servingImage: 'autodeploy:serving-image',
  /**
   * The digest of a content, without its tags: on a model or endpoint configuration, of its own; on a training job, of what the record of
   * the run holds of both.
   */
  content: 'autodeploy:content',
  trainingJobName: 'autodeploy:training-job-name',
  /** On an endpoint: the training job that a person deployed there by force. It counts while that one is live. */
  forced: 'autodeploy:forced',
  /** On an endpoint: that it is held, since when, by whom and why. */
  hold: 'autodeploy:hold',
  /** On an endpoint: when it was rolled back last. Trainings from before that are not deployed by themselves. */
  rolledBackAt: 'autodeploy:rolled-back-at',
  /**
   * On a training job: why only a person's request deploys it: `rolled_back`, `stopped`, `removed`, or who turned its model down: `gate`,
   * `person`, `rollback`.
   */
  turnedDown: 'autodeploy:turned-down',
} as const;

export const reservedTagPrefix = 'autodeploy:';
const managedBy = 'sagemaker-autodeploy';

/** What the tags of a training job of this service say. */
export interface OwnTags {
  runId: string;
  project: string;
  endpointName: string;
  autoDeploy: boolean;
  servingImage: string | null;
  /** Of the model and the endpoint configuration that the training is for; null where the tags have none. */
  contentDigest?: string | null;
}

/** `trainingJobName` says on the job itself which job the tags belong to: a copy of the tags has it, too. */
export const trainingJobTags = (own: OwnTags, trainingJobName: string): Record<string, string> => ({
  [tagKeys.managedBy]: managedBy,
  [tagKeys.project]: own.project,
  [tagKeys.runId]: own.runId,
  [tagKeys.endpointName]: own.endpointName,
  [tagKeys.autoDeploy]: String(own.autoDeploy),
  [tagKeys.trainingJobName]: trainingJobName,
  ...(own.servingImage === null ? {} : { [tagKeys.servingImage]: own.servingImage }),
  ...(own.contentDigest == null ? {} : { [tagKeys.content]: own.contentDigest }),
});

/** Tags of a model, endpoint configuration or endpoint that this service creates. */
export const deploymentTags = (project: string, trainingJobName: string): Record<string, string> => ({
  [tagKeys.managedBy]: managedBy,
  [tagKeys.project]: project,
  [tagKeys.trainingJobName]: trainingJobName,
});

/** Returns the training job that a model, endpoint configuration or endpoint of this project was created for; null for another one. */
export const readDeploymentTags = (tags: Record<string, string>, project: string): string | null =>
  tags[tagKeys.managedBy] === managedBy && tags[tagKeys.project] === project ? (tags[tagKeys.trainingJobName] ?? null) : null;

/** As they are read, with what was added to them since. */
export type FoundTags = OwnTags & { turnedDown: string | null; isRemoved: boolean };

export type ReadTags =
  /** `isNamed`: the tags name this training job; false where they name none, as those of the first version. */
  | { kind: 'owned'; tags: FoundTags; isNamed: boolean }
  | { kind: 'foreign' }
  /** The tags of another training of this service. */
  | { kind: 'copied'; from: string }
  | { kind: 'invalid'; reason: string };

const runIdPattern = /^[\w-]{1,100}$/;

/** Returns what the tags of a training job say to the service of this project. They are input: any AWS user may have written them. */
export function readTrainingJobTags(tags: Record<string, string>, trainingJobName: string, project: string): ReadTags {
  if (tags[tagKeys.managedBy] !== managedBy || tags[tagKeys.project] !== project) return { kind: 'foreign' };
  const name = tags[tagKeys.trainingJobName];
  if (name !== undefined && name !== trainingJobName) return { kind: 'copied', from: name };
  const runId = tags[tagKeys.runId] ?? '';
  const endpointName = tags[tagKeys.endpointName] ?? '';
  const autoDeploy = tags[tagKeys.autoDeploy] ?? 'false';
  const servingImage = tags[tagKeys.servingImage] ?? null;
  const issues = [
    namePattern.test(trainingJobName) ? null : 'the name of the training job is not valid',
    runIdPattern.test(runId) ? null : `${tagKeys.runId} is not a run id`,
    namePattern.test(endpointName) ? null : `${tagKeys.endpointName} is not the name of an endpoint`,
    autoDeploy === 'true' || autoDeploy === 'false' ? null : `${tagKeys.autoDeploy} is neither true nor false`,
    servingImage === null || imagePattern.test(servingImage) ? null : `${tagKeys.servingImage} is not an image`,
  ].filter((issue) => issue !== null);
  if (issues.length > 0) return { kind: 'invalid', reason: `its tags are not valid: ${issues.join('; ')}` };
  const turnedDown = tags[tagKeys.turnedDown];
  const own = {
    runId,
    project,
    endpointName,
    autoDeploy: autoDeploy === 'true',
    servingImage,
    contentDigest: tags[tagKeys.content] ?? null,
    turnedDown: turnedDown ?? null,
    isRemoved: turnedDown === 'removed',
  };
  return { kind: 'owned', tags: own, isNamed: name !== undefined };
}

/** Whether an event's tags say that the model is not to be deployed, or that they were copied from another training. */
export const isDeployUnwanted = (tags: Record<string, string>, trainingJobName: string): boolean =>
  tags[tagKeys.managedBy] === managedBy &&
  (tags[tagKeys.autoDeploy] === 'false' || (tags[tagKeys.trainingJobName] ?? trainingJobName) !== trainingJobName);
