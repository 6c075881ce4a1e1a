/**
 * The body of POST /bootstrap, with SageMaker's own limits (docs/reference/sagemaker-behavior.md#limits-of-names-and-values):
 * the API refuses a request before it costs a call.
 */
import { z } from '@hono/zod-openapi';
import {
  environmentKeyPattern,
  imagePattern,
  instanceTypePattern,
  maxImageLength,
  maxS3UriLength,
  maxTrainingSeconds,
  s3UriPattern,
  tagTextPattern,
} from '../../core/sagemaker/limits.ts';
import { reservedTagPrefix } from '../../core/sagemaker/tags.ts';
import { resourceName } from './request.ts';
import { reason, shape } from './shape.ts';

const maxEntries = 100;
/** SageMaker allows 50 tags; the service adds its own. */
const maxTags = 40;

const upTo = (count: number) => (entries: object) => Object.keys(entries).length <= count;
export const text = (max: number) =>
  z.string('must be a string').max(max, { error: `must be at most ${max} characters long`, abort: true });
const integer = (from: number, to: number) =>
  z.int('must be an integer').min(from, `must be at least ${from}`).max(to, `must be at most ${to}`);

const scalarTypes: ('string' | 'number' | 'boolean')[] = ['string', 'number', 'boolean'];

/** What `.*` of SageMaker's patterns matches. */
const lineBreakless = /^[^\n\r\u2028\u2029]*$/;

/** SageMaker takes strings only. JSON numbers beyond 2^53 have lost digits by the time that they are parsed. */
const scalar = z
  .union([z.string(), z.number(), z.boolean()], 'must be a string, a number or true or false')
  .refine(
    (value) => typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value),
    'is too large a number to keep exactly; send it as a string',
  )
  .transform(String)
  .refine((value) => value.length <= 2500, 'must be at most 2500 characters long')
  // SageMaker's pattern is `.*` (docs/reference/sagemaker-behavior.md#limits-of-names-and-values).
  .refine((value) => lineBreakless.test(value), 'must have no line breaks')
  .openapi({ type: scalarTypes });

/** A pattern as JSON Schema has it: without flags, which zod-openapi would write into it. */
const patternOf = ({ source }: RegExp) => ({ pattern: source });

// Not inline: zod-openapi's type does not know JSON Schema's propertyNames.
const describedHyperparameters = {
  type: 'object' as const,
  maxProperties: maxEntries,
  propertyNames: { minLength: 1, maxLength: 256 },
  additionalProperties: {
    type: scalarTypes,
    maxLength: 2500,
    pattern: String.raw`^[^\n\r\u2028\u2029]*$`,
    minimum: Number.MIN_SAFE_INTEGER,
    maximum: Number.MAX_SAFE_INTEGER,
  },
  example: { epochs: 3, 'learning-rate': 0.0001 },
};

const hyperparameters = z
  .record(
    z.string().min(1, 'must not be empty').max(256, 'must be at most 256 characters long'),
    scalar,
    'must be an object of strings, numbers and booleans',
  )
  .refine(upTo(maxEntries), `must have at most ${maxEntries} entries`)
  .openapi(describedHyperparameters);

const describedEnvironment = {
  maxProperties: maxEntries,
  propertyNames: { maxLength: 512, ...patternOf(environmentKeyPattern) },
  example: { LOG_LEVEL: 'info' },
};

const environment = z
  .record(
    z
      .string()
      .max(512, 'must be at most 512 characters long')
      .regex(environmentKeyPattern, 'must be letters, digits and _, and not begin with a digit'),
    text(512),
    'must be an object of strings',
  )
  .refine(upTo(maxEntries), `must have at most ${maxEntries} entries`)
  .openapi(describedEnvironment);

const tagKey = z
  .string()
  .min(1, 'must not be empty')
  .max(128, 'must be at most 128 characters long')
  .regex(tagTextPattern, 'must be letters, digits, spaces and _.:/=+-@')
  .refine((key) => !/^aws:/i.test(key), 'must not begin with aws:')
  .refine((key) => !key.toLowerCase().startsWith(reservedTagPrefix), `must not begin with ${reservedTagPrefix}`);

const tagValue = text(256)
  .regex(tagTextPattern, 'must be letters, digits, spaces and _.:/=+-@')
  .openapi(patternOf(tagTextPattern));

const describedTags = {
  description: `No key may begin with aws: or ${reservedTagPrefix}`,
  maxProperties: maxTags,
  propertyNames: { minLength: 1, maxLength: 128, ...patternOf(tagTextPattern) },
  example: { team: 'search' },
};

const tags = z
  .record(tagKey, tagValue, 'must be an object of strings')
  .refine(upTo(maxTags), `must have at most ${maxTags} entries`)
  .openapi(describedTags);

const oneLine = (max: number) =>
  text(max).min(1, 'must not be empty').regex(lineBreakless, 'must have no line breaks').openapi(patternOf(lineBreakless));

const metricName = oneLine(255);

/** Its name alone stands for the usual ways to print it. */
const metricDefinitions = z
  .array(
    z.union(
      [
        metricName.transform((name) => ({ name, regex: undefined })),
        z.strictObject({ name: metricName, regex: oneLine(500).optional() }),
      ],
      'must be the name of a metric, or an object with its name and regex',
    ),
    'must be an array',
  )
  .max(40, 'must have at most 40 entries')
  .openapi({
    description: 'Metrics that SageMaker reads from the logs of the training. A name alone stands for the usual ways to print it',
    example: ['validation:accuracy', { name: 'loss', regex: 'loss=([0-9.]+)' }],
  });

export const image = text(maxImageLength).regex(imagePattern, 'must be an image address without white space');

/** Optional fields may not be null: a field that is left out means the setting of the service. */
export const BootstrapRequestSchema = z
  .strictObject(
    {
      training_job_name: resourceName()
        .optional()
        .openapi({ description: 'Chosen by the service when left out', example: 'sentiment-nightly-42' }),
      endpoint_name: resourceName().optional(),
      hyperparameters: hyperparameters.optional(),
      training_image: image.optional(),
      serving_image: image.optional(),
      instance_type: z
        .string('must be a string')
        .regex(instanceTypePattern, 'must be an instance type like ml.m5.xlarge')
        .optional(),
      instance_count: integer(1, 1000).optional(),
      max_runtime_seconds: integer(1, maxTrainingSeconds).optional(),
      input_s3_uri: text(maxS3UriLength).regex(s3UriPattern, 'must be an address like s3://bucket/prefix').optional(),
      environment: environment.optional(),
      tags: tags.optional(),
      metric_definitions: metricDefinitions.optional(),
      create_training_job: shape('CreateTrainingJob').optional(),
      create_model: shape('CreateModel').optional(),
      create_endpoint_config: shape('CreateEndpointConfig').optional(),
      reason: reason.optional(),
    },
    'must be a JSON object',
  )
  .superRefine(({ training_job_name: name, create_training_job: training }, c) => {
    const other = training?.['TrainingJobName'];
    if (name !== undefined && typeof other === 'string' && other !== name)
      c.addIssue({
        code: 'custom',
        path: ['create_training_job', 'TrainingJobName'],
        message: 'must be the same as training_job_name, or be left out',
      });
  })
  .openapi('BootstrapRequest');

export type BootstrapRequest = z.infer<typeof BootstrapRequestSchema>;
