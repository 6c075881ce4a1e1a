import { checkMerged } from '../shapes/check-merged.ts';
import type { ShapeIssue } from '../shapes/issue.ts';
import { mergeLayers, withoutNulls } from '../shapes/merge-shapes.ts';
import { fieldOf, operationOf, type ShapedPart, shapedParts, type ShapeLayers } from '../shapes/shape-layers.ts';
import type { ShapeObject } from '../shapes/shapes.ts';
import { maxTags } from '../shapes/service-rules.ts';
import { validateShape } from '../shapes/validate-shape.ts';
import { tagEntries } from '../sagemaker/tag-entries.ts';
import { serverlessIssues } from './serverless-issues.ts';
import { servingImageFor, settingsLayer, type ShapeSettings } from './settings-layer.ts';

/**
 * `layers`: those over the settings of the service, the lowest first. They have passed validateShape.
 *
 * @param request The highest layer: the shapes of a request, and its fields, which are laid over them. A request that says one thing in two
 *   ways has to be refused, so that neither takes the other one away.
 */
export function mergeRun(
  settings: ShapeSettings,
  layers: readonly ShapeLayers[],
  request: readonly ShapeLayers[] = [],
): ShapeLayers {
  const lowest = settingsLayer(settings);
  const merged = (part: ShapedPart, lowestOfPart: ShapeObject): ShapeObject =>
    mergeLayers(operationOf[part], [lowestOfPart, ...partsOf(layers, part)], partsOf(request, part));
  const training = withoutNulls('CreateTrainingJob', merged('training', lowest.training));
  const servingImage = servingImageFor(settings, training);
  return {
    training,
    model: merged('model', { ...lowest.model, PrimaryContainer: { Image: servingImage } }),
    endpointConfig: merged('endpointConfig', lowest.endpointConfig),
  };
}

/** Lays a later request over what a run has kept; `request` as in mergeRun. */
export const mergeOver = (kept: ShapeLayers, request: readonly ShapeLayers[]): ShapeLayers => ({
  training: kept.training,
  model: mergeLayers('CreateModel', [kept.model], partsOf(request, 'model')),
  endpointConfig: mergeLayers('CreateEndpointConfig', [kept.endpointConfig], partsOf(request, 'endpointConfig')),
});

const partsOf = (layers: readonly ShapeLayers[], part: ShapedPart): ShapeObject[] => layers.map((layer) => layer[part]);

/**
 * Returns what is wrong with merged layers as requests of SageMaker: what each lacks or holds too much of, and what does not go together.
 * The fields begin with those of fieldOf.
 */
export function checkRun(merged: ShapeLayers): readonly ShapeIssue[] {
  const issues = shapedParts.flatMap((part) => {
    const request = withoutNulls(operationOf[part], merged[part]);
    const found = checkMerged(operationOf[part], request, fieldOf[part]);
    // Two layers within a bound may not be together.
    return found.length > 0 ? found : validateShape(operationOf[part], request, fieldOf[part]);
  });
  return issues.length > 0 ? issues : [...tagIssues(merged), ...serverlessIssues(merged)];
}

/** The tags of the training job also go to the model, the endpoint configuration and the endpoint. */
function tagIssues({ training, model, endpointConfig }: ShapeLayers): ShapeIssue[] {
  return (['model', 'endpointConfig'] as const).flatMap((part) => {
    const own = part === 'model' ? model : endpointConfig;
    const tags = new Set([...tagEntries(training), ...tagEntries(own)].map(([key]) => key));
    if (tags.size <= maxTags) return [];
    return [
      { field: `${fieldOf[part]}.Tags`, detail: `must have at most ${maxTags} entries, with those of create_training_job` },
    ];
  });
}
