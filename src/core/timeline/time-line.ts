/** The whole of a run on one axis: its training, and then its deployments. */
import type { HistoryEntry } from '../history.ts';
import type { Lane } from './bar.ts';
import { deploymentLane, type LaneDeployment } from './deployment-lane.ts';
import { type LaneRun, trainingLane } from './training-lane.ts';

export interface TimeLine {
  from: number;
  to: number;
  /** Whether something of it is in progress: `to` is then the instant at which it was made. */
  isOpen: boolean;
  training: Lane;
  /** One for each deployment, the first attempt first. */
  deployments: readonly Lane[];
}

export interface TimeLineInput {
  run: LaneRun;
  /** In any order. */
  deployments: readonly LaneDeployment[];
  /** Of the run and its deployments, oldest first; the oldest may be missing. */
  history: readonly HistoryEntry[];
  now: number;
}

/** Total for every history: one that is pruned, has gaps or was written by several clocks. */
export function timeLineOf({ run, deployments, history, now }: TimeLineInput): TimeLine {
  const training = trainingLane(
    run,
    history.filter(({ subject }) => subject === 'training'),
    now,
  );
  const lanes = deployments
    .toSorted((one, other) => one.attempts - other.attempts)
    .map((own) =>
      deploymentLane(
        own,
        history.filter(({ subject, deploymentId }) => subject === 'deployment' && deploymentId === own.deploymentId),
        now,
      ),
    );
  const all = [training, ...lanes];
  return {
    from: Math.min(...all.map(({ from }) => from)),
    to: Math.max(...all.map(({ to }) => to)),
    isOpen: all.some(({ isOpen }) => isOpen),
    training,
    deployments: lanes,
  };
}
