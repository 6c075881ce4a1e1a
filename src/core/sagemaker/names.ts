/**
 * Names are the idempotency keys (ARCHITECTURE.md#principles): all of them follow from the run and the content. SageMaker allows
 * letters, digits and inner hyphens, 63 at most (docs/reference/sagemaker-behavior.md#limits-of-names-and-values).
 */
export const maxNameLength = 63;
export const namePattern = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/;

/** The address of an image, as CreateModel accepts it. */
export const maxImageLength = 255;
export const imagePattern = /^\S{1,255}$/;

const utcStamp = (now: number): string => new Date(now).toISOString().replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15);

/** Returns `<project>-training-<UTC stamp>-<random>`, e.g. `ml-sentiment-training-20261124-150253-k3f9zq`. */
export function newTrainingJobName(project: string, now: number, random: () => number): string {
  const suffix = Array.from({ length: 6 }, () => Math.floor(random() * 36).toString(36)).join('');
  return `${project}-training-${utcStamp(now)}-${suffix}`;
}

/** Returns the prefix of all training job names of the project, which the EventBridge rule filters by. */
export const trainingJobPrefix = (project: string): string => `${project}-training-`;

/** The part of a 63-character training job name that a project's name may use. */
export const maxProjectNameLength = maxNameLength - '-training-20261124-150253-k3f9zq'.length;

/**
 * Returns the name of a model or endpoint configuration: the training job's, cut to fit, and a digest of the whole training job name and
 * the content. The same content gives the same name, and different content another one.
 */
export function contentName(trainingJobName: string, digest: string): string {
  const suffix = `-${digest.slice(0, 10)}`;
  const stem = trainingJobName.slice(0, maxNameLength - suffix.length).replace(/-+$/, '');
  return `${stem}${suffix}`;
}
