import type { Deployment } from '../../core/deployment/deployment.ts';
import type { ShapeLayers } from '../../core/shapes/shape-layers.ts';
import { shapesOfRun } from '../../core/training/run-shapes.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { ServiceContext } from '../context.ts';
import { fileLayers } from '../file-layers.ts';

/** What a run is made of. */
export const shapesOf = (ctx: ServiceContext, run: TrainingRun): ShapeLayers =>
  shapesOfRun(run, ctx.settings, fileLayers(ctx, run.endpointName));

/** What a deployment of the run is made of; one that the version before recorded, of what its run is. */
export const shapesOfDeployment = (ctx: ServiceContext, run: TrainingRun, deployment: Deployment): ShapeLayers => ({
  ...shapesOf(ctx, run),
  ...deployment.shapes,
});
