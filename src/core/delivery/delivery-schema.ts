import { maxNameLength, namePattern } from '../sagemaker/names.ts';
import { type JsonSchema, shapeSchemaNames, shapeSchemas } from '../shapes/to-json-schema.ts';
import { layerMembers } from './delivery-file.ts';
import { policySchema } from './policy-schema.ts';

const refPrefix = '#/$defs/';
const layersName = 'Layers';
const policyName = 'DeliveryPolicy';

/** Returns the JSON Schema of a delivery file, for editors: what checkDeliveryFile refuses, as far as a schema can say it. */
export function deliverySchema(): JsonSchema {
  const shapes = Object.fromEntries(
    Object.entries(shapeSchemas(refPrefix)).map(([name, schema]) => [name, withoutRunName(name, schema)]),
  );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Delivery file of sagemaker-autodeploy',
    description:
      'What trainings, models and endpoint configurations are made of, in the shapes of SageMaker, and how models go live',
    type: 'object',
    properties: {
      $schema: { description: 'Where the schema of this file is, for editors', type: 'string' },
      defaults: { $ref: `${refPrefix}${layersName}`, description: 'For all endpoints' },
      endpoints: {
        description: 'By the name of the endpoint: laid over the defaults',
        type: 'object',
        propertyNames: { pattern: namePattern.source, maxLength: maxNameLength },
        additionalProperties: { $ref: `${refPrefix}${layersName}` },
      },
    },
    additionalProperties: false,
    $defs: { [layersName]: layersSchema, [policyName]: policySchema(), ...shapes },
  };
}

const layersSchema: JsonSchema = {
  title: 'What a training is made of and deployed with',
  type: 'object',
  properties: {
    ...Object.fromEntries(
      layerMembers.map(({ member, operation }) => [
        member,
        { $ref: `${refPrefix}${shapeSchemaNames[operation]}`, description: `Members of ${operation}; null takes one away` },
      ]),
    ),
    delivery: {
      $ref: `${refPrefix}${policyName}`,
      description: 'The policy: gate, approval, rollout and what follows; null takes a member away',
    },
  },
  additionalProperties: false,
};

/** A request may name its training; a file would give all of them one name. */
function withoutRunName(name: string, schema: JsonSchema): JsonSchema {
  if (name !== shapeSchemaNames.CreateTrainingJob) return schema;
  const { TrainingJobName: _, ...properties } = schema['properties'] as JsonSchema;
  return { ...schema, properties };
}
