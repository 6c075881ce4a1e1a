import { type SecretValues, secretsOf } from '../../core/shapes/redact-shape.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { ServiceContext } from '../context.ts';
import { shapesOf } from '../deployment/deployment-shapes.ts';

/**
 * The values that a failure reason of the run's training may repeat: those of its serving environment, too, since a program may read them
 * from where both get them.
 */
export function secretsOfRun(ctx: ServiceContext, run: TrainingRun): SecretValues {
  const { training, model, endpointConfig } = shapesOf(ctx, run);
  return secretsOf(training, model, endpointConfig);
}
