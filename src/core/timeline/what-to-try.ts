/** What an operator tries after a failure, by its kind. One or two sentences each. */
import type { FailureKind } from '../failure-kind.ts';

const redeploy = 'then deploy it again';

const afterDeployment: Record<FailureKind, string> = {
  algorithm: 'Read the log of the container in CloudWatch, correct the code, and start another run.',
  capacity: `Wait until AWS has instances of this type, or request another type, ${redeploy}.`,
  quota: `Request a higher quota in Service Quotas, or use another instance type, ${redeploy}.`,
  access_denied: `Grant the permission that the reason names, ${redeploy}.`,
  artifact: `Check that the artifact is in S3 and that the execution role may read it, ${redeploy}.`,
  image: `Check that the serving image exists in this region and that the execution role may pull it, ${redeploy}.`,
  health_check: `Read the endpoint's log in CloudWatch: the container does not respond to /ping in time. Correct it, ${redeploy}.`,
  alarm: 'Find out what the alarm measured before you deploy this model again.',
  verification: 'Compare the failed requests with what the model is to return before you deploy it again.',
  timeout:
    'Find out in the history what it waited for, then deploy it again. MAX_DEPLOYMENT_WAIT_SECONDS makes the limit longer.',
  invalid: `Correct what the reason names, ${redeploy}.`,
  other: `Read the reason and the history, ${redeploy}.`,
};

const start = 'then start another run';

const afterTraining: Record<FailureKind, string> = {
  algorithm: `Read the training's log in CloudWatch, correct the code or the data, ${start}.`,
  capacity: `Wait until AWS has instances of this type, or request another type, ${start}.`,
  quota: `Request a higher quota in Service Quotas, or use another instance type, ${start}.`,
  access_denied: `Grant the permission that the reason names, ${start}.`,
  artifact: `Check that the input is in S3 and that the execution role may read it, ${start}.`,
  image: `Check that the training image exists in this region and that the execution role may pull it, ${start}.`,
  health_check: `Read the training's log in CloudWatch, ${start}.`,
  alarm: `Read the training's log in CloudWatch, ${start}.`,
  verification: `Read the training's log in CloudWatch, ${start}.`,
  timeout: `Give it a longer max_runtime_seconds, or make the training shorter, ${start}.`,
  invalid: `Correct what the reason names, ${start}.`,
  other: `Read the reason and the training's log in CloudWatch, ${start}.`,
};

/** `kind`: null where the version before recorded none. */
export const whatToTry = (subject: 'training' | 'deployment', kind: FailureKind | null): string =>
  (subject === 'training' ? afterTraining : afterDeployment)[kind ?? 'other'];
