import { randomUUID } from 'node:crypto';
import { InvalidRequestError } from '../../core/errors.ts';
import { callerSpanOf, traceParentOf } from '../../core/trace-parent.ts';
import { newTrainingJobName } from '../../core/sagemaker/names.ts';
import { noLayers, type ShapeLayers } from '../../core/shapes/shape-layers.ts';
import { legacyOfTraining } from '../../core/training/legacy-request.ts';
import { checkRun, mergeRun } from '../../core/training/merge-run.ts';
import { fieldsLayer, type RequestFields } from '../../core/training/request-fields.ts';
import { servingImageOf } from '../../core/training/run-shapes.ts';
import { digestOf } from '../digest.ts';
import { fileLayers } from '../file-layers.ts';
import type { ServiceContext } from '../context.ts';
import type { NewRun } from '../../ports/store.ts';

/** What a caller may choose. The service's settings and the delivery file take the place of what is left out. */
export interface BootstrapBody extends RequestFields {
  trainingJobName?: string;
  endpointName?: string;
  reason?: string;
  /** In SageMaker's own shapes, which have passed validateShape; without names. */
  shapes?: ShapeLayers;
}

export interface BootstrapRequest {
  autoDeploy: boolean;
  idempotencyKey: string | null;
  /** The name of the caller's key. */
  requestedBy?: string | null;
  /** The caller's `traceparent`, as it was sent. */
  traceParent?: string;
  body: BootstrapBody;
}

/** What tells a repeated request from another one with the same key. */
export const requestDigest = ({ autoDeploy, body }: Pick<BootstrapRequest, 'autoDeploy' | 'body'>): string =>
  digestOf({ autoDeploy, body });

/**
 * Returns the run of a request: what the caller chose, over the delivery file, over the service's settings.
 *
 * @throws {InvalidRequestError} for what does not go together, or is missing.
 */
export function newRun(ctx: ServiceContext, request: BootstrapRequest): NewRun {
  const { autoDeploy, idempotencyKey, requestedBy = null, body } = request;
  const { settings, now, random } = ctx;
  const endpointName = body.endpointName ?? settings.endpointName;
  const { trainingJobName: _name, endpointName: _endpoint, reason = null, shapes: requested, ...fields } = body;
  const shapes = mergeRun(settings, fileLayers(ctx, endpointName), [requested ?? noLayers, fieldsLayer(fields)]);
  const callerSpan = callerSpanOf(request.traceParent);
  const issues = checkRun(shapes);
  if (issues.length > 0) throw new InvalidRequestError(issues);
  return {
    runId: randomUUID(),
    trainingJobName: body.trainingJobName ?? newTrainingJobName(settings.projectName, now(), random),
    project: settings.projectName,
    endpointName,
    autoDeploy,
    shapes,
    request: legacyOfTraining(shapes.training),
    servingImage: servingImageOf(shapes),
    requestedBy,
    reason,
    traceParent: callerSpan && traceParentOf(callerSpan),
    idempotencyKey,
    idempotencyHash: idempotencyKey === null ? null : requestDigest({ autoDeploy, body }),
  };
}
