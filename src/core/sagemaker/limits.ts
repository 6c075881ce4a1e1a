/**
 * What SageMaker accepts as names, images and addresses (docs/reference/sagemaker-behavior.md#limits-of-names-and-values). Its own patterns
 * are not anchored; these are. The configuration and requests are checked by the same ones, and refuse what SageMaker would refuse later.
 */
export { imagePattern, maxImageLength } from './names.ts';

export const roleArnPattern = /^arn:aws[a-z-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-/]+$/;
export const s3UriPattern = /^(https|s3):\/\/[^/\s]+(\/\S*)?$/;
export const instanceTypePattern = /^ml\.[a-z0-9-]+\.[a-z0-9-]+$/;
export const environmentKeyPattern = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
export const tagTextPattern = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

export const maxArnLength = 2048;
export const maxS3UriLength = 1024;
/** 28 days: the longest that a training job may run. */
export const maxTrainingSeconds = 2_419_200;
