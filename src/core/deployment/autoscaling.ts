import type { ShapeObject } from '../shapes/shapes.ts';

/** How an endpoint scales, as Application Auto Scaling shows it: requests that put it back. */
export interface Autoscaling {
  /** Of RegisterScalableTarget, one for each production variant and dimension. */
  readonly targets: readonly ShapeObject[];
  /** Of PutScalingPolicy. */
  readonly policies: readonly ShapeObject[];
  /** Of PutScheduledAction. */
  readonly scheduledActions: readonly ShapeObject[];
}

export const scales = ({ targets }: Autoscaling): boolean => targets.length > 0;
