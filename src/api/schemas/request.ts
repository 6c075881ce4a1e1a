/** What routes take from the path, the query and the headers. Other query parameters are refused (middleware/check-request.ts). */
import { z } from '@hono/zod-openapi';
import { maxNameLength, namePattern } from '../../core/sagemaker/names.ts';
import { trainingRunStatuses } from '../../core/training/training-run.ts';
import { ApiError } from '../problems/api-error.ts';
import { runDeploymentStatuses } from './training-run.ts';

const nameRule = `1 to ${maxNameLength} letters, digits and inner hyphens`;

/** A name as SageMaker takes it: of a training job, model or endpoint. */
export const resourceName = () =>
  z
    .string('must be a string')
    .max(maxNameLength, { error: `must be ${nameRule}`, abort: true })
    .regex(namePattern, `must be ${nameRule}`);

/** Only the two words: a typing error must not mean false. */
const flag = () =>
  z
    .enum(['true', 'false'], 'must be true or false')
    .default('false')
    .transform((word) => word === 'true')
    .openapi({ type: 'boolean', enum: [true, false], default: false });

const limit = z
  .string()
  .regex(/^\d{1,3}$/, 'must be an integer from 1 to 100')
  .default('20')
  .transform(Number)
  .refine((value) => value >= 1 && value <= 100, 'must be an integer from 1 to 100')
  .openapi({ type: 'integer', minimum: 1, maximum: 100, default: 20 });

const page = {
  limit,
  cursor: z
    .string()
    .min(1, 'must be the next_cursor of another page')
    .optional()
    .openapi({ description: 'The `next_cursor` of the page before' }),
};

/** A training job's name. @throws {ApiError} `not_found` for one that no training job can have, as for every other unknown one. */
export function possibleName(name: string): string {
  if (name.length <= maxNameLength && namePattern.test(name)) return name;
  throw new ApiError('not_found', `No training job can have the name in this path: a name is ${nameRule}`);
}

export const TrainingJobParams = z.object({
  name: z.string().openapi({ param: { name: 'name', in: 'path' }, example: 'ml-sentiment-training-20261124-150253-k3f9zq' }),
});

export const DeploymentParams = z.object({
  deployment_id: z
    .string()
    .openapi({ param: { name: 'deployment_id', in: 'path' }, example: '3f40edf1-b910-459d-84f5-f2f9e5819f6e' }),
});

export const EndpointParams = z.object({
  name: z.string().openapi({ param: { name: 'name', in: 'path' }, example: 'ml-sentiment-endpoint' }),
});

/** Of what is shown with its history. */
export const HistoryQuery = z.object({
  history_before: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, 'must be the id of a history entry')
    .transform(Number)
    .optional()
    .openapi({ type: 'integer', minimum: 1, description: 'The history before the entry of this id, in place of the newest' }),
});

export const BootstrapQuery = z.object({
  auto_deploy: flag().openapi({ description: 'Deploy the model when the training completes' }),
});

export const BootstrapHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[!-~]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
    .optional()
    .openapi({ description: 'The same key and body give the same run and start nothing' }),
});

export const DeployQuery = z.object({
  force: flag().openapi({ description: 'Also when a newer training is live, or when it failed before' }),
});

export const TrainingRunsQuery = z.object({
  status: z.enum(trainingRunStatuses, `must be one of ${trainingRunStatuses.join(', ')}`).optional(),
  deployment_status: z.enum(runDeploymentStatuses, `must be one of ${runDeploymentStatuses.join(', ')}`).optional(),
  ...page,
});

export const DeploymentsQuery = z.object({
  endpoint_name: resourceName().optional(),
  training_job_name: resourceName().optional(),
  ...page,
});

export const EndpointStatusQuery = z.object({
  endpoint_name: resourceName().optional().openapi({ description: "The service's own endpoint when left out" }),
});
