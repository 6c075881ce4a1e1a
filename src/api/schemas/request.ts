/** What routes take from the path, the query and the headers. Other query parameters are refused (middleware/check-request.ts). */
import { z } from '@hono/zod-openapi';
import { maxNameLength, namePattern } from '../../core/sagemaker/names.ts';
import { deploymentStatuses } from '../../core/deployment/deployment.ts';
import { trainingRunStatuses } from '../../core/training/training-run.ts';
import { historyFeedTiming } from '../../core/timing.ts';
import { ApiError } from '../problems/api-error.ts';
import { runDeploymentStatuses } from './training-run.ts';

const longestWaitSeconds = historyFeedTiming.longestWaitMs / 1000;

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
    .openapi({ description: 'The `next_cursor` of the page before, with the same filters' }),
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

const entryId = z.string().regex(/^(0|[1-9]\d{0,14})$/, 'must be the id of a history entry, or 0');

export const HistoryFeedQuery = z.object({
  after: z
    .string()
    .regex(/^(0|[1-9]\d{0,14}|latest)$/, 'must be the id of a history entry, 0, or latest')
    .transform((value) => (value === 'latest' ? value : Number(value)))
    .default(0)
    .openapi({
      type: 'string',
      default: '0',
      description: 'The id of the last entry that the caller has. `latest`: what comes from now on',
      example: '0',
    }),
  endpoint_name: resourceName().optional().openapi({ description: 'Entries of its runs, and its own' }),
  training_job_name: resourceName().optional(),
  limit: z
    .string()
    .regex(/^\d{1,4}$/, 'must be an integer from 1 to 1000')
    .default('100')
    .transform(Number)
    .refine((value) => value >= 1 && value <= 1000, 'must be an integer from 1 to 1000')
    .openapi({ type: 'integer', minimum: 1, maximum: 1000, default: 100, description: 'Not of a stream' }),
  wait: z
    .string()
    .regex(/^\d{1,2}(\.\d{1,3})?$/, `must be a number of seconds from 0 to ${longestWaitSeconds}`)
    .default('0')
    .transform(Number)
    .refine((value) => value <= longestWaitSeconds, `must be a number of seconds from 0 to ${longestWaitSeconds}`)
    .openapi({
      type: 'number',
      minimum: 0,
      maximum: longestWaitSeconds,
      default: 0,
      description: 'How many seconds to wait for the first entry. Not of a stream',
    }),
});

export const HistoryFeedHeaders = z.object({
  'last-event-id': entryId.transform(Number).optional().openapi({
    type: 'integer',
    minimum: 0,
    description: 'Of a stream: wins over `after`. A browser sends it when it connects again',
  }),
});

export const BootstrapQuery = z.object({
  auto_deploy: flag().openapi({ description: 'Deploy the model when the training completes' }),
});

/** Of requests that cost money, or go back one further each time. */
export const IdempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[!-~]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
    .optional()
    .openapi({
      description:
        "The caller's name for this request, new for each other one: repeated, it changes nothing, and returns the same. It is kept as long as what it has made",
    }),
});

export const DeployQuery = z.object({
  force: flag().openapi({ description: 'Also when a newer training is live, or when it failed before' }),
});

/** Several words of a list, comma-separated. */
const several = <Word extends string>(words: readonly Word[], description: string) => {
  const isWord = (text: string): text is Word => (words as readonly string[]).includes(text);
  return z
    .string()
    .refine((text) => text.split(',').every(isWord), `must be one of ${words.join(', ')}, or several of them, comma-separated`)
    .transform((text) => text.split(',').filter(isWord))
    .optional()
    .openapi({ type: 'string', description: `${description}; several comma-separated`, example: words[0] });
};

const instantOf = (description: string) =>
  z
    .string()
    .refine(isInstant, 'must be an instant in ISO 8601, such as 2026-11-24T15:02:53Z or 2026-11-24')
    .transform((text) => Date.parse(text))
    .optional()
    .openapi({ type: 'string', format: 'date-time', description });

/** A date alone is its beginning in UTC; a time says its zone. */
const isInstant = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text) && !Number.isNaN(Date.parse(text));

const period = {
  since: instantOf('Those that were recorded at this instant or later'),
  until: instantOf('Those that were recorded before this instant'),
};

export const TrainingRunsQuery = z.object({
  status: several(trainingRunStatuses, 'Of the run'),
  deployment_status: several(runDeploymentStatuses, 'Of its newest deployment'),
  endpoint_name: resourceName().optional(),
  name_contains: z
    .string()
    .min(1, `must be a part of a name: ${nameRule}`)
    .max(maxNameLength, `must be a part of a name: ${nameRule}`)
    .regex(/^[a-zA-Z0-9-]*$/, `must be a part of a name: ${nameRule}`)
    .optional()
    .openapi({ description: "A part of the training job's name" }),
  ...period,
  ...page,
});

export const DeploymentsQuery = z.object({
  endpoint_name: resourceName().optional(),
  training_job_name: resourceName().optional(),
  status: several(deploymentStatuses, 'Of the deployment'),
  ...period,
  ...page,
});

export const EndpointStatusQuery = z.object({
  endpoint_name: resourceName().optional().openapi({ description: "The service's own endpoint when left out" }),
});
