/** The fields of a request that hold one of SageMaker's own requests. */
import { z } from '@hono/zod-openapi';
import { isObject, type ShapedOperation, type ShapeObject } from '../../core/shapes/shapes.ts';
import { validateShape } from '../../core/shapes/validate-shape.ts';
import { shapeRefs } from './shapes.ts';

const fieldOfOperation = {
  CreateTrainingJob: 'create_training_job',
  CreateModel: 'create_model',
  CreateEndpointConfig: 'create_endpoint_config',
} as const satisfies Record<ShapedOperation, keyof typeof shapeRefs>;

/** Members of a request of SageMaker's, checked against its model. An issue names the member: `create_model.VpcConfig.Subnets[0]`. */
export const shape = (operation: ShapedOperation) =>
  z
    .custom<ShapeObject>(isObject, 'must be an object')
    .superRefine((value, c) => {
      const own = fieldOfOperation[operation];
      for (const { field, detail } of validateShape(operation, value, own)) {
        // zod puts the field itself before it.
        const path = field.slice(own.length + 1);
        c.addIssue({ code: 'custom', path: path === '' ? [] : [path], message: detail });
      }
    })
    // zod-openapi's type knows no references: it writes them as they are.
    .openapi({ type: 'object', allOf: [{ $ref: shapeRefs[fieldOfOperation[operation]] }] });

/** Why the caller requests it, for the history. */
export const reason = z
  .string({ error: ({ input }) => (input === undefined ? 'is required' : 'must be a string') })
  .min(1, 'must not be empty')
  .max(1000, { error: 'must be at most 1000 characters long', abort: true })
  .openapi({ description: 'Why, for the history', example: 'retrained on the data of November' });
