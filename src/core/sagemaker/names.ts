/**
 * Names are the idempotency keys (ARCHITECTURE.md#principles): all of them follow from the run and the content. SageMaker allows
 * letters, digits and inner hyphens, 63 at most (docs/reference/sagemaker-behavior.md#limits-of-names-and-values).
 */
export const maxNameLength = 63;
export const namePattern = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/;

/** An image's address, as CreateModel takes it. */
export const maxImageLength = 255;
export const imagePattern = /^\S{1,255}$/;

const stampOf = (now: number): string => new Date(now).toISOString().replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15);

/** `<project>-training-<UTC stamp>-<random>`, e.g. `ml-sentiment-training-20261124-150253-k3f9zq`. */
export function newTrainingJobName(project: string, now: number, random: () => number): string {
  const suffix = Array.from({ length: 6 }, () => Math.floor(random() * 36).toString(36)).join('');
  return `${project}-training-${stampOf(now)}-${suffix}`;
}

/** What every training job name of the project begins with; the EventBridge rule filters on it. */
export const trainingJobPrefix = (project: string): string => `${project}-training-`;

/** How much of a 63-character training job name a project's name may take. */
export const maxProjectNameLength = maxNameLength - '-training-20261124-150253-k3f9zq'.length;

/**
 * The name of a model or endpoint configuration: the training job's, cut to fit, and a digest over the whole training job
 * name and the content. The same content gives the same name; different content never does.
 */
export function contentName(trainingJobName: string, digest: string): string {
  const suffix = `-${digest.slice(0, 10)}`;
  const stem = trainingJobName.slice(0, maxNameLength - suffix.length).replace(/-+$/, '');
  return `${stem}${suffix}`;
}
