import { describe, expect, it } from 'vitest';
import { decideAbort } from '../../src/core/deployment/decide-abort.ts';
import { byLink, decideApproval } from '../../src/core/deployment/decide-approval.ts';
import { decideRollback, isFromBefore } from '../../src/core/deployment/decide-rollback.ts';
import type { Approval, Rollout } from '../../src/core/deployment/delivery-state.ts';
import { deploymentStatuses } from '../../src/core/deployment/deployment.ts';
import { blamed, withAlarms } from '../../src/core/deployment/rollout-progress.ts';
import { whyTurnedDown } from '../../src/core/deployment/turned-down.ts';
import { aDeployment, aRun, at, hour, minute } from './samples.ts';

const pending: Approval = {
  status: 'pending',
  by: null,
  reason: null,
  requestedAt: at,
  decidedAt: null,
  expiresAt: at + hour,
  content: 'model-1',
  notByRequester: true,
};

describe('decideApproval', () => {
  const waiting = {
    ...aDeployment({ status: 'awaiting_approval', approval: pending, requestedBy: 'ana' }),
    trainingRequestedBy: null as string | null,
  };
  const yes = { approves: true, by: 'ben', reason: null };
  const no = { ...yes, approves: false };

  it('applies the first decision, until the approval expires', () => {
    expect(decideApproval(waiting, yes, at)).toEqual({ kind: 'apply' });
    expect(decideApproval(waiting, no, at + hour - 1)).toEqual({ kind: 'apply' });
    expect(decideApproval(waiting, yes, at + hour)).toEqual({ kind: 'expired' });
  });

  it('answers the same decision again, and refuses the opposite', () => {
    const approved = { ...waiting, status: 'queued' as const, approval: { ...pending, status: 'approved' as const, by: 'ben' } };
    expect(decideApproval(approved, yes, at)).toEqual({ kind: 'same' });
    expect(decideApproval(approved, no, at)).toEqual({ kind: 'already_decided', by: 'ben', status: 'approved' });
    // Also long after the approval would have expired, and whatever has become of the deployment.
    expect(decideApproval({ ...approved, status: 'deployed' }, yes, at + 9 * hour)).toEqual({ kind: 'same' });
  });

  it('is about one content', () => {
    expect(decideApproval(waiting, { ...yes, content: 'model-1' }, at)).toEqual({ kind: 'apply' });
    expect(decideApproval(waiting, { ...yes, content: 'model-2' }, at)).toEqual({ kind: 'expired' });
  });

  it('refuses the approval of the one who requested it where the policy says so, by a link or by a key', () => {
    for (const by of ['ana', 'Ana', byLink('ana'), byLink(' ANA ')]) {
      expect(decideApproval(waiting, { ...yes, by }, at)).toEqual({ kind: 'self_approval' });
      expect(decideApproval(waiting, { ...no, by }, at)).toEqual({ kind: 'apply' });
    }
    const ofAna = { ...waiting, requestedBy: 'ci', trainingRequestedBy: 'ana' };
    expect(decideApproval(ofAna, { ...yes, by: 'ana' }, at), 'the training').toEqual({ kind: 'self_approval' });
    expect(decideApproval(ofAna, yes, at)).toEqual({ kind: 'apply' });
    const lenient = { ...waiting, approval: { ...pending, notByRequester: false } };
    expect(decideApproval(lenient, { ...yes, by: 'ana' }, at)).toEqual({ kind: 'apply' });
    expect(decideApproval({ ...waiting, requestedBy: null }, { ...yes, by: null }, at)).toEqual({ kind: 'apply' });
  });

  it('has nothing to decide of a deployment that does not wait for it', () => {
    expect(decideApproval({ ...waiting, ...aDeployment() }, yes, at)).toEqual({ kind: 'not_awaiting' });
    expect(decideApproval({ ...waiting, status: 'superseded' }, yes, at)).toEqual({ kind: 'not_awaiting' });
  });
});

describe('decideAbort', () => {
  it('ends what waits, leaves what is in progress to its worker, and nothing else', () => {
    const kinds = deploymentStatuses.map((status) => [status, decideAbort(aDeployment({ status })).kind]);
    expect(Object.fromEntries(kinds)).toEqual({
      queued: 'reject',
      awaiting_approval: 'reject',
      in_progress: 'record',
      deployed: 'over',
      rolled_back: 'over',
      failed: 'over',
      superseded: 'over',
      rejected: 'over',
    });
  });

  it('answers a repetition', () => {
    const abort = { by: 'ana', reason: 'wrong data', at };
    expect(decideAbort(aDeployment({ status: 'in_progress', abort }))).toEqual({ kind: 'same' });
    expect(decideAbort(aDeployment({ status: 'rolled_back', abort }))).toEqual({ kind: 'same' });
  });
});

describe('decideRollback', () => {
  const content = (name: string, runSeq: number) =>
    aDeployment({
      deploymentId: `d-${name}`,
      trainingJobName: name,
      runSeq,
      modelName: `${name}-m`,
      endpointConfigName: `${name}-c`,
      status: 'deployed',
    });
  const [first, second, third] = [content('first', 1), content('second', 2), content('third', 3)];
  const former = (deployment: typeof first, more = {}) => ({
    deployment,
    isTurnedDown: false,
    isArtifactMissing: false,
    ...more,
  });
  const base = { live: third, formers: [former(second), former(first)], active: [], to: null };

  it('goes back to what was live before, and passes over what was turned down', () => {
    expect(decideRollback(base)).toEqual({ kind: 'create', target: second });
    const turned = [former(second, { isTurnedDown: true }), former(first)];
    expect(decideRollback({ ...base, formers: turned })).toEqual({ kind: 'create', target: first });
  });

  it('goes where the caller says, also to what was turned down', () => {
    const turned = [former(second, { isTurnedDown: true }), former(first)];
    for (const to of ['second', 'd-second'])
      expect(decideRollback({ ...base, formers: turned, to })).toEqual({ kind: 'create', target: second });
  });

  it('has nothing to go back to without a former one, or one of other content', () => {
    expect(decideRollback({ ...base, formers: [] })).toEqual({ kind: 'nothing_to_roll_back_to' });
    expect(decideRollback({ ...base, formers: [former({ ...third, deploymentId: 'repeated' })] })).toEqual({
      kind: 'nothing_to_roll_back_to',
    });
    expect(decideRollback({ ...base, to: 'unknown' })).toEqual({ kind: 'nothing_to_roll_back_to' });
  });

  it('refuses one whose artifact is gone', () => {
    const formers = [former(second, { isArtifactMissing: true }), former(first)];
    expect(decideRollback({ ...base, formers })).toEqual({ kind: 'artifact_missing', target: second });
  });

  it('returns the rollback that is in progress, and waits for no other deployment of that training', () => {
    const under = { ...second, status: 'queued' as const, trigger: 'rollback' as const };
    expect(decideRollback({ ...base, active: [under] })).toEqual({ kind: 'existing', deployment: under });
    const other = { ...under, trigger: 'api' as const };
    expect(decideRollback({ ...base, active: [other] })).toEqual({ kind: 'busy', deployment: other });
  });
});

describe('the alarms of a rollout', () => {
  const rollout: Rollout = {
    strategy: 'canary',
    phase: 'baking',
    trafficPercent: 0,
    alarms: [{ name: 'mine', isOwn: false, state: 'OK', alarmedAt: null }],
    deploymentConfig: null,
  };
  const alarmed = withAlarms(rollout, [{ name: 'mine', state: 'ALARM' }], at);
  const ended = (failureReason: string, failureKind: 'other' | 'health_check') =>
    ({ status: 'rolled_back', failureReason, failureKind, detail: failureReason }) as const;
  const silent = ended('SageMaker gave no reason', 'other');
  const ofHealth = ended('The variant AllTraffic did not pass the ping health check.', 'health_check');
  const known = { abort: null, isUnread: false };

  it('are remembered once in ALARM, and have no state once CloudWatch has them no more', () => {
    expect(withAlarms(alarmed, [{ name: 'mine', state: 'OK' }], at + minute).alarms).toMatchObject([
      { state: 'OK', alarmedAt: at },
    ]);
    expect(withAlarms(rollout, [], at).alarms).toMatchObject([{ state: null, alarmedAt: null }]);
  });

  it('are blamed for an end, unless SageMaker names another cause', () => {
    const byAlarm = { failureReason: 'the alarm mine ended the rollout', failureKind: 'alarm' };
    expect(blamed(silent, { ...known, rollout: alarmed })).toMatchObject(byAlarm);
    expect(blamed(silent, { ...known, rollout })).toEqual(silent);
    expect(blamed(ofHealth, { ...known, rollout: alarmed })).toEqual(ofHealth);
  });

  it('are said not to be known where CloudWatch did not show them', () => {
    const unread = { ...known, isUnread: true };
    const failureReason = 'SageMaker gave no reason, and CloudWatch did not show the alarms of the rollout';
    expect(blamed(silent, { ...unread, rollout })).toMatchObject({ failureReason, failureKind: 'other' });
    expect(blamed(silent, { ...unread, rollout: { ...rollout, alarms: [] } })).toEqual(silent);
    expect(blamed(silent, { ...unread, rollout: alarmed })).toMatchObject({ failureKind: 'alarm' });
  });
});

describe('whyTurnedDown', () => {
  it('says who, and nothing of a training that was not turned down', () => {
    const turnedDown = { by: 'ana', reason: 'wrong data', at };
    expect(whyTurnedDown(aRun(), null)).toBeNull();
    expect(whyTurnedDown(aRun({ turnedDown: { how: 'gate', by: null, reason: 'accuracy', at } }), null)).toBe(
      'the gate turned it down: accuracy',
    );
    expect(whyTurnedDown(aRun({ turnedDown: { ...turnedDown, how: 'person' } }), null)).toBe('ana turned it down: wrong data');
    expect(whyTurnedDown(aRun({ turnedDown: { ...turnedDown, how: 'rollback' } }), null)).toBe(
      'ana rolled the endpoint back from it: wrong data',
    );
  });

  it('turns down every training from before a rollback, by its request or by its start at SageMaker', () => {
    expect(isFromBefore({ createdAt: at, trainingCreatedAt: null }, null)).toBe(false);
    expect(isFromBefore({ createdAt: at, trainingCreatedAt: at + minute }, at)).toBe(true);
    expect(isFromBefore({ createdAt: at + minute, trainingCreatedAt: at }, at)).toBe(true);
    expect(isFromBefore({ createdAt: at + minute, trainingCreatedAt: at + 2 * minute }, at)).toBe(false);
    expect(whyTurnedDown(aRun({ createdAt: at }), at)).toContain('was rolled back at');
  });
});
