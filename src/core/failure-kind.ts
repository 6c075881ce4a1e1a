/** Why a training or a deployment failed, as callers see it: a closed set to count and to branch on, beside SageMaker's text. */
export const failureKinds = [
  'algorithm',
  'capacity',
  'quota',
  'access_denied',
  'artifact',
  'image',
  'health_check',
  'alarm',
  'verification',
  'timeout',
  'invalid',
  'other',
] as const;
export type FailureKind = (typeof failureKinds)[number];
