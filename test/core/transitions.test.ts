import { describe, expect, it } from 'vitest';
import {
  activeDeploymentStatuses,
  deploymentStatuses,
  finishedDeploymentStatuses,
} from '../../src/core/deployment/deployment.ts';
import { deploymentTransitions } from '../../src/core/deployment/transitions.ts';
import { finishedRunStatuses, trainingRunStatuses, unfinishedRunStatuses } from '../../src/core/training/training-run.ts';
import { stoppableRunStatuses, trainingRunTransitions } from '../../src/core/training/transitions.ts';
import { assertTransition, statusesBefore, transitionPairs } from '../../src/core/transitions.ts';

describe('the transitions of a training run', () => {
  it('lead from every unfinished status to every finished one', () => {
    for (const to of finishedRunStatuses) {
      expect(statusesBefore(trainingRunTransitions, to)).toEqual(expect.arrayContaining([...unfinishedRunStatuses]));
    }
  });

  it('leave no outcome of SageMaker', () => {
    for (const outcome of ['completed', 'failed', 'stopped'] as const) expect(trainingRunTransitions[outcome]).toEqual([]);
  });

  it('start at requested', () => {
    expect(statusesBefore(trainingRunTransitions, 'requested')).toEqual([]);
    for (const status of trainingRunStatuses.filter((one) => one !== 'requested')) {
      expect(statusesBefore(trainingRunTransitions, status)).not.toEqual([]);
    }
  });

  it('let a caller stop what may still become stopped', () => {
    expect(statusesBefore(trainingRunTransitions, 'stopped').toSorted()).toEqual([...stoppableRunStatuses].toSorted());
  });
});

describe('the transitions of a deployment', () => {
  it('reach every status from queued', () => {
    const reached = new Set<string>(['queued']);
    for (const _ of deploymentStatuses) {
      for (const [from, to] of transitionPairs(deploymentTransitions)) if (reached.has(from)) reached.add(to);
    }
    expect([...reached].toSorted()).toEqual([...deploymentStatuses].toSorted());
  });

  it('never lead back from a finished status to an active one', () => {
    for (const from of finishedDeploymentStatuses) {
      for (const to of activeDeploymentStatuses) expect(deploymentTransitions[from]).not.toContain(to);
    }
  });
});

describe('assertTransition', () => {
  it('lets pass what the table has, a first status, and what stays', () => {
    for (const [from, to] of [
      [null, 'queued'],
      ['queued', 'in_progress'],
      ['queued', 'queued'],
    ] as const) {
      expect(() => assertTransition(deploymentTransitions, from, to)).not.toThrow();
    }
  });

  it('refuses all else', () => {
    expect(() => assertTransition(deploymentTransitions, 'deployed', 'failed')).toThrow(
      'The status failed may not follow deployed.',
    );
  });
});
