/** What is said of a deployment in words. */
import type { Deployment, Trigger, WaitKind } from '../../core/deployment/deployment.ts';
import type { DeploymentStep } from '../../core/deployment/steps.ts';

const triggerWords: Readonly<Record<Trigger, string>> = {
  poll: 'by the service, when a poll saw the training end',
  event: "by the service, at an event of the training's end",
  api: 'by a caller',
  reconcile: 'by the service, when it compared its records with SageMaker',
  rollback: 'by a rollback',
};

/** Who caused it. */
export const causeOf = ({ requestedBy, trigger }: Pick<Deployment, 'requestedBy' | 'trigger'>): string =>
  requestedBy === null ? triggerWords[trigger] : `${trigger === 'rollback' ? 'rolled back by' : 'by'} ${requestedBy}`;

export const stepWords: Readonly<Record<DeploymentStep, string>> = {
  gate: 'Gate',
  model: 'Model',
  endpoint_config: 'Endpoint configuration',
  endpoint: 'Change of the endpoint',
  in_service: 'In service',
  verify: 'Verification',
  revert: 'Way back',
};

const waitWords: Readonly<Record<WaitKind, string>> = {
  turn: 'its turn',
  hold: 'the end of the hold',
  approval: 'an approval',
  alarm: 'an alarm to end',
  endpoint: 'the endpoint',
  sagemaker: 'SageMaker',
  bake: 'the bake of the rollout',
};

/** What it waits for; null where it does not wait. */
export const waitOf = ({ waitsForKind: kind }: Pick<Deployment, 'waitsForKind'>): string | null =>
  kind === null ? null : `waits for ${waitWords[kind]}`;
