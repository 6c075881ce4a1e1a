/** The time line of a run: what happened one after the other, as bars in lanes. Instants in milliseconds since 1970 UTC. */
import type { DeploymentStatus } from '../deployment/deployment.ts';
import type { Actor } from '../history.ts';
import type { TrainingRunStatus } from '../training/training-run.ts';

/**
 * `phase`: one of SageMaker's that the service has no name for. `unobserved`: the service did not observe the training. `detection`: the
 * training is over, and no detector has seen it. `change`: SageMaker changes the endpoint. `error`: a call is retried.
 */
export const barKinds = [
  'requested',
  'unobserved',
  'starting',
  'downloading',
  'training',
  'uploading',
  'phase',
  'stopping',
  'detection',
  'queued',
  'hold',
  'gate',
  'approval',
  'model',
  'endpoint_config',
  'endpoint',
  'alarm',
  'change',
  'rollout',
  'bake',
  'verify',
  'revert',
  'error',
] as const;
export type BarKind = (typeof barKinds)[number];

/** What a bar shows: the service or SageMaker at work, a wait for something else, or an error that is retried. */
export type BarTone = 'work' | 'wait' | 'error';

export interface Mark {
  at: number;
  kind: BarKind;
  label: string;
  detail: string | null;
  actor: Actor | null;
  by: string | null;
}

export interface Bar extends Omit<Mark, 'at'> {
  from: number;
  /** Of the last bar of what is in progress: the instant of the time line. */
  to: number;
  isOpen: boolean;
}

export interface Lane {
  /** null of the training's. */
  deploymentId: string | null;
  /** Which attempt it is, from 1; null of the training's. */
  attempt: number | null;
  status: TrainingRunStatus | DeploymentStatus;
  from: number;
  to: number;
  isOpen: boolean;
  /** In order, without a gap and without an overlap: together they are the lane. */
  bars: readonly Bar[];
}

const waits: readonly BarKind[] = ['requested', 'unobserved', 'detection', 'queued', 'hold', 'approval', 'alarm', 'bake'];

export const toneOfBar = ({ kind }: Pick<Bar, 'kind'>): BarTone =>
  kind === 'error' ? 'error' : waits.includes(kind) ? 'wait' : 'work';

/** A label for a bar that has no room for its own. */
export const shortLabels: Readonly<Record<BarKind, string>> = {
  requested: 'start',
  unobserved: '?',
  starting: 'starting',
  downloading: 'data',
  training: 'training',
  uploading: 'upload',
  phase: 'phase',
  stopping: 'stop',
  detection: 'seen',
  queued: 'queued',
  hold: 'held',
  gate: 'gate',
  approval: 'approval',
  model: 'model',
  endpoint_config: 'config',
  endpoint: 'send',
  alarm: 'alarm',
  change: 'update',
  rollout: 'shift',
  bake: 'bake',
  verify: 'verify',
  revert: 'back',
  error: 'retry',
};
