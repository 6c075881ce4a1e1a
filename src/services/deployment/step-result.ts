import type { Approval } from '../../core/deployment/delivery-state.ts';
import type { DeploymentOutcome, DeploymentProgress } from '../../core/deployment/deployment.ts';
import type { Snooze } from '../job-result.ts';

/** What a step comes to. */
export type StepResult =
  /** The step is done: its progress is recorded, with `detail` in the history, and the step that follows begins. */
  { kind: 'next'; progress: DeploymentProgress; detail?: string } | StepEnd;

/** What ends the pass of a worker. */
export type StepEnd =
  /** A person has to decide first; the endpoint is free meanwhile. */
  | { kind: 'await_approval'; approval: Approval; detail: string }
  /** The deployment continues at this step when its job runs again. */
  | Snooze
  | { kind: 'finish'; outcome: DeploymentOutcome };

export const finish = (outcome: DeploymentOutcome): StepEnd => ({ kind: 'finish', outcome });
