/** Which acts a run allows now: what would be refused in every case is not shown. */
import { activeDeploymentStatuses, type Deployment } from '../../core/deployment/deployment.ts';
import { stoppableRunStatuses } from '../../core/training/transitions.ts';
import { trainingOf } from '../../core/training/run-shapes.ts';
import type { RunView } from '../../ports/store.ts';
import { type Frame, may, pathTo } from '../frame/frame.ts';

export interface AllowedAct {
  /** Of its page, below `/console`. */
  path: string;
  word: string;
}

const has = <Word extends string>(words: readonly Word[], word: string): boolean => (words as readonly string[]).includes(word);

export function allowedActs(
  frame: Frame,
  { run, deployment, isLive }: { run: RunView; deployment: Deployment | null; isLive: boolean },
): AllowedAct[] {
  const own = pathTo.run(run.trainingJobName);
  const isActive = deployment !== null && has(activeDeploymentStatuses, deployment.status);
  const decides = deployment?.status === 'awaiting_approval' && may(frame, 'approve');
  const act = (isAllowed: boolean, path: string, word: string): AllowedAct[] => (isAllowed ? [{ path, word }] : []);
  if (!may(frame, 'operate')) return [];
  return [
    ...(decides ? act(true, `${pathTo.deployment(deployment.deploymentId)}/approve`, 'Approve') : []),
    ...(decides ? act(true, `${pathTo.deployment(deployment.deploymentId)}/reject`, 'Reject') : []),
    ...act(has(stoppableRunStatuses, run.status) && run.stopRequestedAt === null, `${own}/stop`, 'Stop'),
    ...(isActive ? act(deployment.abort === null, `${pathTo.deployment(deployment.deploymentId)}/abort`, 'Abort') : []),
    ...act(run.status === 'completed' && !isActive && !isLive, `${own}/deploy`, deployment === null ? 'Deploy' : 'Deploy again'),
    ...act(trainingOf(run) !== null, `${own}/start-like`, 'Start one like this'),
  ];
}
