import { z } from '@hono/zod-openapi';
import { problemCodes } from '../problems/table.ts';

/** RFC 9457; `code` is the part that programs may rely on. */
export const ProblemSchema = z
  .object({
    type: z.string().openapi({
      format: 'uri-reference',
      description: 'The page of the problems, where it says what this one is',
      example: '/model-init/docs/problems#not_found',
    }),
    title: z.string().openapi({ example: 'Not found' }),
    status: z.int().openapi({ example: 404 }),
    detail: z.string().openapi({ example: 'SageMaker does not know a training job of this name' }),
    instance: z.string().openapi({
      format: 'uri-reference',
      description: 'This occurrence: the id of the request as a name',
      example: 'urn:sagemaker-autodeploy:request:0e7a1b0c-52a3-4d5e-9f6b-1c2d3e4f5a6b',
    }),
    code: z.enum(problemCodes),
    request_id: z.string().openapi({ description: 'As in the X-Request-Id header and the logs' }),
    errors: z
      .array(
        z.object({
          field: z
            .string()
            .openapi({ description: 'A field of the body, a parameter or a header, as it is written in the request' }),
          detail: z.string(),
          pointer: z
            .string()
            .optional()
            .openapi({ description: 'Of a field of a JSON body: its JSON pointer, as a URI fragment' }),
        }),
      )
      .optional()
      .openapi({
        description: 'With invalid_request: one entry for each issue',
        example: [{ field: 'instance_count', detail: 'must be at least 1', pointer: '#/instance_count' }],
      }),
    checks: z
      .record(z.string(), z.string())
      .optional()
      .openapi({ description: 'With not_ready: `ok` or the reason, for each part' }),
  })
  .openapi('Problem');

export type ProblemBody = z.infer<typeof ProblemSchema>;
