import { z } from '@hono/zod-openapi';
import { DeploymentSchema } from './deployment.ts';
import { instant } from './instant.ts';
import { orNull } from './or-null.ts';
import { reason } from './shape.ts';

const HoldSchema = z
  .object({
    since: instant(),
    by: z.string().nullable().openapi({ description: 'The name of the key', example: 'ana' }),
    reason: z.string().nullable(),
  })
  .openapi('Hold');

export const EndpointSchema = z
  .object({
    endpoint_name: z.string().openapi({ example: 'ml-sentiment-endpoint' }),
    live: orNull(DeploymentSchema, 'What went live last; null where nothing of this service did'),
    live_since: instant().nullable(),
    in_progress: orNull(DeploymentSchema, 'Null while nothing is in progress'),
    waiting: z.array(DeploymentSchema).openapi({ description: 'Queued, or awaiting an approval: the newest 50, newest first' }),
    held: orNull(HoldSchema, 'Null while it is not held'),
    rolled_back_at: instant()
      .nullable()
      .openapi({ description: 'When it was rolled back last: trainings from before are not deployed by themselves' }),
    links: z.object({
      self: z.string(),
      status: z.string(),
      deployments: z.string(),
      rollback: z.string(),
      hold: z.string(),
    }),
  })
  .openapi('Endpoint');

export const EndpointListSchema = z.object({ items: z.array(EndpointSchema) }).openapi('EndpointList');

export const EndpointDetailsSchema = z
  .object({
    ...EndpointSchema.shape,
    former: z.array(DeploymentSchema).openapi({ description: 'What was live before and can be gone back to, newest first' }),
    policy: z.record(z.string(), z.unknown()).openapi({
      description: 'In force for what comes, as the delivery file writes it',
      example: { gate: { on_missing: 'reject' } },
    }),
  })
  .openapi('EndpointDetails');

/** The body of POST /endpoints/{name}/hold. */
export const HoldRequestSchema = z.strictObject({ reason }, 'must be a JSON object').openapi('HoldRequest');

/** The body of DELETE /endpoints/{name}/hold. */
export const ReleaseRequestSchema = z
  .strictObject({ reason: reason.optional() }, 'must be a JSON object')
  .openapi('ReleaseRequest');

/** The body of POST /endpoints/{name}/rollback. */
export const RollbackRequestSchema = z
  .strictObject(
    {
      to: z
        .string('must be a string')
        .min(1, 'must not be empty')
        .max(100, 'must be the name of a training job or the id of a deployment')
        .optional()
        .openapi({ description: "A training job's name or a deployment's id; what was live before when left out" }),
      reason,
      hold: z
        .boolean('must be true or false')
        .default(true)
        .openapi({ description: 'Whether the endpoint is held as well, so that the next training does not undo it' }),
    },
    'must be a JSON object',
  )
  .openapi('RollbackRequest');

export type EndpointBody = z.infer<typeof EndpointSchema>;
export type EndpointDetailsBody = z.infer<typeof EndpointDetailsSchema>;
