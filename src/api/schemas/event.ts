/**
 * The EventBridge envelopes of POST /events, as SageMaker sends them
 * (docs/reference/eventbridge-behavior.md#training-events-use-the-words-of-the-api): exact about what the service needs, loose
 * about all else. Absent fields come as null, an endpoint's status in UPPER_SNAKE.
 */
import { z } from '@hono/zod-openapi';
import type { StateChange } from '../../core/sagemaker/state-change.ts';
import { resourceName } from './request.ts';

const status = () => z.string('must be a string').regex(/^[A-Za-z_]{1,64}$/, 'must be a status of SageMaker');

const trainingDetail = z.looseObject(
  {
    TrainingJobName: resourceName().openapi({ example: 'ml-sentiment-training-20261124-150253-k3f9zq' }),
    TrainingJobStatus: status().openapi({ example: 'Completed' }),
    Tags: z.record(z.string(), z.string()).nullish().catch(null),
  },
  'must be an object',
);

const endpointDetail = z.looseObject(
  {
    EndpointName: resourceName().openapi({ example: 'ml-sentiment-endpoint' }),
    EndpointStatus: status().openapi({ example: 'IN_SERVICE' }),
  },
  'must be an object',
);

const envelope = { source: z.literal('aws.sagemaker', 'must be aws.sagemaker') };

const trainingType = 'SageMaker Training Job State Change';
const endpointType = 'SageMaker Endpoint State Change';

/** The types of event that are accepted, in words. */
export const eventTypes = `${trainingType} or ${endpointType}`;

export const eventInWords = `an EventBridge event in JSON, of the detail-type ${eventTypes}`;

export const EventSchema = z
  .discriminatedUnion(
    'detail-type',
    [
      z.looseObject({ ...envelope, 'detail-type': z.literal(trainingType), detail: trainingDetail }),
      z.looseObject({ ...envelope, 'detail-type': z.literal(endpointType), detail: endpointDetail }),
    ],
    // Also for a body that is no object at all.
    { error: ({ input }) => (input instanceof Object ? `must be ${eventTypes}` : `must be ${eventInWords}`) },
  )
  .transform((event): StateChange => {
    if (event['detail-type'] === trainingType) {
      const { TrainingJobName: trainingJobName, TrainingJobStatus, Tags } = event.detail;
      return { kind: 'training', trainingJobName, status: TrainingJobStatus, tags: Tags ?? {} };
    }
    const { EndpointName: endpointName, EndpointStatus } = event.detail;
    return { kind: 'endpoint', endpointName, status: camelCase(EndpointStatus) };
  });

/** `UPDATE_ROLLBACK_FAILED` becomes `UpdateRollbackFailed`; what is CamelCase already stays. */
const camelCase = (name: string): string =>
  /[a-z]/.test(name)
    ? name
    : name
        .split('_')
        .map((word) => word.slice(0, 1) + word.slice(1).toLowerCase())
        .join('');
