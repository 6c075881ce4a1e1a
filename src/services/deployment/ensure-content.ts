import { SageMakerError } from '../../core/errors.ts';
import { tagEntries } from '../../core/sagemaker/tag-entries.ts';
import { deploymentTags, tagKeys } from '../../core/sagemaker/tags.ts';
import { isShownAs } from '../../core/shapes/shown-as.ts';
import type { ShapeObject } from '../../core/shapes/shapes.ts';
import { trainingOf } from '../../core/training/run-shapes.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { ServiceContext } from '../context.ts';
import { orNullIfPermanent } from '../or-null-if-permanent.ts';
import { endpointConfigDigest, modelDigest } from './content-digest.ts';
import type { DeploymentClaim } from './deployment-claim.ts';

interface Content {
  what: 'model' | 'endpoint_config';
  name: string;
  /** Without name and tags. */
  request: ShapeObject;
  /** What is sent in its place, which is the same with its images by digest. */
  sent?: ShapeObject;
  /** What the layers say of it, with its tags. */
  layer: ShapeObject;
}

/**
 * Creates a model or endpoint configuration, or finds the one of this name. Its tag says of which content it is, since SageMaker shows
 * defaults beside what was requested; one without the tag, as the version before made it, is compared by what SageMaker shows. `other`: it
 * is of another content.
 *
 * @throws {SageMakerError}
 */
export async function ensureContent(claim: DeploymentClaim, content: Content): Promise<'created' | 'found' | 'other'> {
  const { ctx, run, options } = claim;
  const { what, name, request } = content;
  try {
    await createContent(ctx, { run, content, options });
    return 'created';
  } catch (error) {
    if (!(error instanceof SageMakerError) || error.kind !== 'already_exists') throw error;
  }
  const { sagemaker } = ctx;
  const { arn, shape } = await (what === 'model'
    ? sagemaker.describeModel(name, options)
    : sagemaker.describeEndpointConfig(name, options));
  const tags = await sagemaker.listTags(arn, options).catch(orNullIfPermanent);
  const tagged = tags?.[tagKeys.content];
  if (tagged !== undefined) return tagged === digestOfContent(content) ? 'found' : 'other';
  return isShownAs(request, shape, shownMembers[what]) ? 'found' : 'other';
}

/** Creates it, with the tags that it has for people and for a database that is rebuilt. @throws {SageMakerError} */
export async function createContent(
  { sagemaker }: ServiceContext,
  { run, content, options }: { run: TrainingRun; content: Content; options: DeploymentClaim['options'] },
): Promise<void> {
  const { what, name, layer } = content;
  const request = content.sent ?? content.request;
  const tags = { ...tagsOf(run, layer), [tagKeys.content]: digestOfContent(content) };
  if (what === 'model') await sagemaker.createModel({ name, request, tags }, options);
  else await sagemaker.createEndpointConfig({ name, request, tags }, options);
}

/** The tags of the request also go to what is made for its deployment. */
export const requestedTags = (run: TrainingRun, layer: ShapeObject): Record<string, string> =>
  Object.fromEntries([...tagEntries(trainingOf(run) ?? {}), ...tagEntries(layer)]);

/** The same with those of the service. */
export const tagsOf = (run: TrainingRun, layer: ShapeObject): Record<string, string> => ({
  ...requestedTags(run, layer),
  ...deploymentTags(run.project, run.trainingJobName),
});

const digestOfContent = ({ what, request }: Content): string =>
  what === 'model' ? modelDigest(request) : endpointConfigDigest(request);

/** What has to be shown of one without the tag. */
const shownMembers: Record<Content['what'], readonly string[]> = {
  model: ['ExecutionRoleArn', 'PrimaryContainer.Image', 'PrimaryContainer.ModelDataUrl'],
  endpoint_config: [
    'ProductionVariants.VariantName',
    'ProductionVariants.ModelName',
    'ProductionVariants.InstanceType',
    'ProductionVariants.InitialInstanceCount',
  ],
};
