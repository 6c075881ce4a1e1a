import type { Routes } from '../env.ts';
import { shapeSchemaNames, shapeSchemas } from '../../core/shapes/to-json-schema.ts';

const refPrefix = '#/components/schemas/';

/** Where the OpenAPI document has the shapes of `create_training_job`, `create_model` and `create_endpoint_config`. */
export const shapeRefs = {
  create_training_job: `${refPrefix}${shapeSchemaNames.CreateTrainingJob}`,
  create_model: `${refPrefix}${shapeSchemaNames.CreateModel}`,
  create_endpoint_config: `${refPrefix}${shapeSchemaNames.CreateEndpointConfig}`,
} as const;

/** Adds the shapes and the structures in them to the schemas of the OpenAPI document, once. */
export function registerShapes(registry: Routes['openAPIRegistry']): void {
  for (const [name, schema] of Object.entries(shapeSchemas(refPrefix))) registry.registerComponent('schemas', name, schema);
}
