import { InvalidRequestError } from '../../core/errors.ts';
import type { ShapeLayers } from '../../core/shapes/shape-layers.ts';
import { checkRun, mergeOver } from '../../core/training/merge-run.ts';

/**
 * Lays what a caller says of the model and the endpoint configuration over what the run has kept: in parts, the lowest first. None for nothing.
 *
 * @throws {InvalidRequestError} for what does not go together.
 */
export function layOver(kept: ShapeLayers, parts: readonly ShapeLayers[]): ShapeLayers {
  if (parts.length === 0) return kept;
  const shapes = mergeOver(kept, parts);
  // The training is over: nothing of it can be wrong any more.
  const issues = checkRun(shapes).filter(({ field }) => !field.startsWith('create_training_job'));
  if (issues.length > 0) throw new InvalidRequestError(issues);
  return shapes;
}
