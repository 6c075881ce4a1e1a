import { z } from '@hono/zod-openapi';
import { problemCodes } from '../problems/table.ts';

/** RFC 9457; `code` is the part that programs may rely on. */
export const ProblemSchema = z
  .object({
    type: z.string().openapi({ example: 'urn:sagemaker-autodeploy:problem:not_found' }),
    title: z.string().openapi({ example: 'Not found' }),
    status: z.int().openapi({ example: 404 }),
    detail: z.string().openapi({ example: 'SageMaker does not know a training job of this name' }),
    code: z.enum(problemCodes),
    request_id: z.string().openapi({ description: 'As in the X-Request-Id header and the logs' }),
    errors: z
      .array(z.object({ field: z.string(), detail: z.string() }))
      .optional()
      .openapi({
        description: 'With invalid_request: one entry for each issue',
        example: [{ field: 'instance_count', detail: 'must be at least 1' }],
      }),
    checks: z
      .record(z.string(), z.string())
      .optional()
      .openapi({ description: 'With not_ready: `ok` or the reason, for each part' }),
  })
  .openapi('Problem');

export type ProblemBody = z.infer<typeof ProblemSchema>;
