import { describe, expect, it } from 'vitest';
import { decideStop, type StopDecision } from '../../src/core/training/decide-stop.ts';
import { deploymentStatuses } from '../../src/core/deployment/deployment.ts';
import { trainingRunStatuses } from '../../src/core/training/training-run.ts';

const newest = ['none', ...deploymentStatuses] as const;

describe('a wish to stop', () => {
  it.each(['requested', 'training', 'timed_out'] as const)('stops a training that is %s', (training) => {
    for (const deployment of newest) expect(decideStop(training, deployment)).toBe('stop_training');
  });

  it.each(trainingRunStatuses.filter((status) => ['completed', 'failed', 'stopped'].includes(status)))(
    'of a training that is %s speaks of its deployment',
    (training) => {
      const decided = Object.fromEntries(newest.map((deployment) => [deployment, decideStop(training, deployment)]));
      const others = Object.fromEntries(newest.map((deployment): [string, StopDecision] => [deployment, 'nothing_to_stop']));
      expect(decided).toEqual({
        ...others,
        none: training === 'stopped' ? 'stopped_already' : 'nothing_to_stop',
        queued: 'withdraw_deployment',
        awaiting_approval: 'withdraw_deployment',
        in_progress: 'deployment_in_progress',
      });
    },
  );
});
