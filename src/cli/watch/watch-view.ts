/** What is shown of a run that is watched, as plain values. */
import type { DeploymentBody } from '../../api/schemas/deployment.ts';
import type { TrainingRunDetailsBody } from '../../api/schemas/training-run.ts';
import { type ShownStanding, standingOf } from './standing.ts';
import { phaseOf, phases, trainingFraction } from './training-progress.ts';

export type StepState = 'done' | 'current' | 'failed' | 'todo';

export interface Step {
  name: string;
  state: StepState;
}

export interface WatchView {
  trainingJobName: string;
  endpointName: string;
  training: {
    status: string;
    steps: Step[];
    /** null when it is over. */
    fraction: number | null;
    elapsedMs: number;
    /** null where no former training says it, and when it is over. */
    remainingMs: number | null;
  };
  /** null while there is none. */
  deployment: { status: string; steps: Step[]; elapsedMs: number } | null;
  /** Whether a deployment is to follow. */
  willDeploy: boolean;
  standing: ShownStanding;
}

const at = (iso: string): number => Date.parse(iso);

/** `now`: by the service's clock. `deployment`: the one that is watched. */
export function toWatchView(
  run: TrainingRunDetailsBody,
  deployment: DeploymentBody | null,
  { expectedMs, now }: { expectedMs: number | null; now: number },
): WatchView {
  const isOver = run.finished_at !== null;
  const elapsedMs = Math.max(0, (isOver ? at(run.finished_at ?? '') : now) - at(run.created_at));
  const phase = phaseOf(run.secondary_status);
  return {
    trainingJobName: run.training_job_name,
    endpointName: run.endpoint_name,
    training: {
      status: run.status,
      steps: trainingSteps(run),
      fraction: isOver ? null : trainingFraction({ phase, elapsedMs, expectedMs }),
      elapsedMs,
      remainingMs: isOver || expectedMs === null || expectedMs - elapsedMs < 1000 ? null : expectedMs - elapsedMs,
    },
    deployment: deployment === null ? null : viewOfDeployment(deployment, now),
    willDeploy: run.auto_deploy && ['requested', 'training'].includes(run.status),
    standing: standingOf(run, deployment),
  };
}

function trainingSteps({ status, secondary_status: secondaryStatus, history }: TrainingRunDetailsBody): Step[] {
  if (status === 'completed') return phases.map((name) => ({ name, state: 'done' }));
  const seen = history.filter(({ subject }) => subject === 'training').map(({ detail }) => phaseOf(detail));
  const last = phaseOf(secondaryStatus) ?? seen.findLast((phase) => phase !== null) ?? null;
  const reached = last === null ? -1 : phases.indexOf(last);
  const isRunning = status === 'requested' || status === 'training';
  return phases.map((name, index) => ({
    name,
    state: index < reached ? 'done' : index > reached ? 'todo' : isRunning ? 'current' : 'failed',
  }));
}

/** The step's name for people, in the order of a deployment. */
const stepNames: Record<DeploymentBody['step'], string> = {
  gate: 'gate',
  model: 'model',
  endpoint_config: 'endpoint configuration',
  endpoint: 'endpoint',
  in_service: 'in service',
  verify: 'verification',
  revert: 'going back',
};

function viewOfDeployment(deployment: DeploymentBody, now: number): NonNullable<WatchView['deployment']> {
  const { status, step, created_at: createdAt, finished_at: finishedAt } = deployment;
  const names = (Object.keys(stepNames) as DeploymentBody['step'][]).filter((name) => isShown(name, deployment));
  const reached = names.indexOf(step);
  const isActive = status === 'queued' || status === 'awaiting_approval' || status === 'in_progress';
  const stateOf = (index: number): StepState => {
    if (status === 'deployed' || index < reached) return 'done';
    if (index > reached || status === 'queued' || status === 'superseded') return 'todo';
    return isActive ? 'current' : 'failed';
  };
  return {
    status,
    steps: names.map((name, index) => ({ name: stepNames[name], state: stateOf(index) })),
    elapsedMs: Math.max(0, (finishedAt === null ? now : at(finishedAt)) - at(createdAt)),
  };
}

/** Gate, verification and the way back are no part of every deployment. */
function isShown(name: DeploymentBody['step'], { step, gate, approval, verification }: DeploymentBody): boolean {
  switch (name) {
    case 'gate':
      return step === name || gate !== null || approval !== null;
    case 'verify':
      return step === name || verification !== null;
    case 'revert':
      return step === name;
    default:
      return true;
  }
}
