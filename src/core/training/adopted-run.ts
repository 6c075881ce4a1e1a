import { knownMembers } from '../shapes/known-members.ts';
import { mergeOver } from './merge-run.ts';
import { noLayers, type ShapeLayers } from '../shapes/shape-layers.ts';
import type { ShapeObject } from '../shapes/shapes.ts';

/**
 * What an adopted training is made of: the training as DescribeTrainingJob shows it, and the model and endpoint configuration as the
 * settings and the delivery file say today. `isRecorded`: that is what the record of the training said, by the digest in its tags.
 * Otherwise the model takes the VPC and the network isolation of its training, without which many accounts refuse it.
 */
export function shapesOfAdopted(base: ShapeLayers, description: ShapeObject, isRecorded: boolean): ShapeLayers {
  const training = knownMembers('CreateTrainingJob', description);
  const { VpcConfig, EnableNetworkIsolation } = training;
  const model = {
    ...(VpcConfig === undefined ? {} : { VpcConfig }),
    ...(EnableNetworkIsolation === true ? { EnableNetworkIsolation } : {}),
  };
  const { model: ofBase, endpointConfig } = base;
  // Under what the settings and the file say.
  const merged = isRecorded ? base : mergeOver({ ...noLayers, model }, [{ ...noLayers, model: ofBase }]);
  return { training, model: merged.model, endpointConfig };
}
