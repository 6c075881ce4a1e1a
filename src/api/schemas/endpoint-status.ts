import { z } from '@hono/zod-openapi';
import { instant } from './instant.ts';

export const EndpointStatusSchema = z
  .object({
    endpoint_name: z.string().openapi({ example: 'ml-sentiment-endpoint' }),
    status: z.string().openapi({ description: 'As SageMaker has it', example: 'InService' }),
    created_at: instant(),
    modified_at: instant(),
    last_modified_time: instant().openapi({ deprecated: true, description: 'The same as `modified_at`' }),
    creation_time: instant().openapi({ deprecated: true, description: 'The same as `created_at`' }),
    endpoint_config_name: z.string().nullable(),
    training_job_name: z.string().nullable().openapi({ description: 'The training whose model is live' }),
    failure_reason: z.string().nullable(),
  })
  .openapi('EndpointStatus');

export type EndpointStatusBody = z.infer<typeof EndpointStatusSchema>;
