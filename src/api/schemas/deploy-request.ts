import { z } from '@hono/zod-openapi';
import { image } from './bootstrap-request.ts';
import { reason, shape } from './shape.ts';

/** The body of POST /deploy/{name}, which is laid over what the run has kept. */
export const DeployRequestSchema = z
  .strictObject(
    {
      serving_image: image.optional(),
      create_model: shape('CreateModel').optional(),
      create_endpoint_config: shape('CreateEndpointConfig').optional(),
      reason: reason.optional(),
    },
    'must be a JSON object',
  )
  .openapi('DeployRequest');

export type DeployRequest = z.infer<typeof DeployRequestSchema>;
