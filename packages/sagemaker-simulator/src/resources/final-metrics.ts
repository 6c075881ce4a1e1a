import { createHash } from 'node:crypto';
import type { MetricValue } from '../state/records.ts';
import type { TrainingJobRequest } from '../state/requests.ts';

/** The repositories of SageMaker's built-in algorithms ("Docker registry paths" of the developer guide), which emit metrics by themselves. */
const builtIn = new Set([
  'blazingtext',
  'factorization-machines',
  'forecasting-deepar',
  'image-classification',
  'ipinsights',
  'kmeans',
  'knn',
  'lda',
  'linear-learner',
  'ntm',
  'object-detection',
  'object2vec',
  'pca',
  'randomcutforest',
  'sagemaker-xgboost',
  'semantic-segmentation',
  'seq2seq',
  'xgboost',
]);

export function isBuiltIn(image: string | undefined): boolean {
  const [, repository = ''] = /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/([^:@]+)/.exec(image ?? '') ?? [];
  return builtIn.has(repository);
}

/**
 * Final metrics: those that the request defines, or two of a built-in algorithm. A custom image without MetricDefinitions has none
 * (aws/sagemaker-python-sdk#2275).
 * @param set values by name; any other is made up, constant for a job's name.
 */
export function finalMetrics(
  { TrainingJobName, AlgorithmSpecification }: TrainingJobRequest,
  set: Record<string, MetricValue>,
): Record<string, MetricValue> {
  const { MetricDefinitions, TrainingImage } = AlgorithmSpecification ?? {};
  const names =
    MetricDefinitions?.map(({ Name }) => Name) ?? (isBuiltIn(TrainingImage) ? ['train:loss', 'validation:accuracy'] : []);
  return Object.fromEntries(names.map((name) => [name, set[name] ?? madeUp(TrainingJobName, name)]));
}

function madeUp(jobName: string, metricName: string): number {
  const digest = createHash('sha256').update(`${jobName}/${metricName}`).digest();
  return Math.round((digest.readUInt32BE() / 2 ** 32) * 10_000) / 10_000;
}
