/**
 * The tags that make SageMaker the third copy (design, promise 2): they say that a resource is ours and hold what is needed to
 * go on when the database is lost.
 */
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
  /** On a training job: an update to it was rolled back, so that nothing but a person's word deploys it again. */
  turnedDown: 'autodeploy:turned-down',
} as const;

export const reservedTagPrefix = 'autodeploy:';
const managedBy = 'sagemaker-autodeploy';

export interface OwnTags {
  runId: string;
  project: string;
  endpointName: string;
  autoDeploy: boolean;
  servingImage: string | null;
}

export const trainingJobTags = (own: OwnTags): Record<string, string> => ({
  [tagKeys.managedBy]: managedBy,
  [tagKeys.project]: own.project,
  [tagKeys.runId]: own.runId,
  [tagKeys.endpointName]: own.endpointName,
  [tagKeys.autoDeploy]: String(own.autoDeploy),
  ...(own.servingImage === null ? {} : { [tagKeys.servingImage]: own.servingImage }),
});

/** Tags of a model, endpoint configuration or endpoint that we create. */
export const deploymentTags = (project: string, trainingJobName: string): Record<string, string> => ({
  [tagKeys.managedBy]: managedBy,
  [tagKeys.project]: project,
  [tagKeys.trainingJobName]: trainingJobName,
});

/** What the tags of a training job say; null when they don't say that it is ours. */
export function readTrainingJobTags(tags: Record<string, string>): OwnTags | null {
  const project = tags[tagKeys.project];
  const runId = tags[tagKeys.runId];
  const endpointName = tags[tagKeys.endpointName];
  if (tags[tagKeys.managedBy] !== managedBy || !project || !runId || !endpointName) return null;
  return {
    project,
    runId,
    endpointName,
    autoDeploy: tags[tagKeys.autoDeploy] === 'true',
    servingImage: tags[tagKeys.servingImage] ?? null,
  };
}
