import type { ShapedOperation, ShapeObject } from './shapes.ts';

/** What is said of a training and of its way to an endpoint, as members of SageMaker's three requests. `{}` says nothing. */
export interface ShapeLayers {
  readonly training: ShapeObject;
  readonly model: ShapeObject;
  readonly endpointConfig: ShapeObject;
}

export const shapedParts = ['training', 'model', 'endpointConfig'] as const;
export type ShapedPart = (typeof shapedParts)[number];

export const operationOf: Readonly<Record<ShapedPart, ShapedOperation>> = {
  training: 'CreateTrainingJob',
  model: 'CreateModel',
  endpointConfig: 'CreateEndpointConfig',
};

/** The fields of a request that hold the three, with which the fields of its faults begin. */
export const fieldOf: Readonly<Record<ShapedPart, string>> = {
  training: 'create_training_job',
  model: 'create_model',
  endpointConfig: 'create_endpoint_config',
};

export const noLayers: ShapeLayers = { training: {}, model: {}, endpointConfig: {} };
