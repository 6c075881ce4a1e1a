import { z } from '@hono/zod-openapi';
import { instant } from './instant.ts';

export const EndpointStatusSchema = z
  .object({
    endpoint_name: z.string().openapi({ example: 'ml-sentiment-endpoint' }),
    status: z.string().openapi({ description: 'As SageMaker has it', example: 'InService' }),
    last_modified_time: instant(),
    creation_time: instant(),
    endpoint_config_name: z.string().nullable(),
    training_job_name: z.string().nullable().openapi({ description: 'The training whose model is live' }),
    failure_reason: z.string().nullable(),
  })
  .openapi('EndpointStatus');

export type EndpointStatusBody = z.infer<typeof EndpointStatusSchema>;
