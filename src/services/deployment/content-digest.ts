import type { DeploymentShapes } from '../../core/deployment/deployment.ts';
import { endpointConfigIdentity } from '../../core/deployment/endpoint-config-request.ts';
import { modelIdentity, modelRequest } from '../../core/deployment/model-request.ts';
import { contentName } from '../../core/sagemaker/names.ts';
import type { ShapeLayers } from '../../core/shapes/shape-layers.ts';
import type { ShapeObject } from '../../core/shapes/shapes.ts';
import { digestOf } from '../digest.ts';

/** The digest of a request of CreateModel, without its tags. */
export const modelDigest = (request: ShapeObject): string => digestOf(modelIdentity(request));

/** The digest of a request of CreateEndpointConfig, without its tags. */
export const endpointConfigDigest = (request: ShapeObject): string => digestOf(endpointConfigIdentity(request));

/** The name of the model that a training's artifact makes with these layers. One without an artifact, which ends its deployment, has a name, too. */
export function modelNameOf(
  trainingJobName: string,
  { shapes, modelArtifact }: { shapes: Pick<ShapeLayers, 'training' | 'model'>; modelArtifact: string | null },
): string {
  const request = modelRequest(shapes, modelArtifact);
  return contentName(trainingJobName, request === null ? digestOf(null) : modelDigest(request));
}

/** The digest of what a run keeps for its deployment. */
export const deployedDigest = ({ model, endpointConfig }: DeploymentShapes): string => digestOf({ model, endpointConfig });
