import { expect, it } from 'vitest';
import { noPolicy } from '../../../src/core/delivery/policy.ts';
import type { Approval } from '../../../src/core/deployment/delivery-state.ts';
import type { Deployment } from '../../../src/core/deployment/deployment.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { TestDatabase } from './test-database.ts';
import {
  claim,
  completed,
  deploy,
  endpoint,
  finish,
  inTraining,
  newDeployment,
  present,
  queued,
  reported,
  trained,
} from '../samples.ts';

export const pending = (more: Partial<Approval> = {}): Approval => ({
  status: 'pending',
  by: null,
  reason: null,
  requestedAt: 7500,
  decidedAt: null,
  expiresAt: 20_000,
  content: 'digest',
  notByRequester: false,
  ...more,
});

/** A deployment that has had its turn, and awaits an approval. */
export async function awaiting(store: Store, name: string, createdAt = 1000, more: Partial<Approval> = {}): Promise<Deployment> {
  await queued(store, name, createdAt);
  const { deploymentId, fencingToken } = await claim(store, `d-${name}`);
  const changed = await store.delivery.awaitApproval({
    deploymentId,
    fencingToken,
    approval: pending(more),
    detail: 'each model needs an approval',
    now: 7500,
  });
  return present(changed).deployment;
}

const ana = { by: 'ana', reason: 'it is good' };

const decide = (store: Store, name: string, approves: boolean, now = 8000, content?: string) =>
  store.delivery.decide({ deploymentId: `d-${name}`, decision: { approves, ...ana, content }, now });

const rollBack = (store: Store, more: Partial<Parameters<Store['delivery']['rollBack']>[0]> = {}) =>
  store.delivery.rollBack({
    endpointName: endpoint,
    to: null,
    deploymentId: 'back',
    by: 'ana',
    reason: 'it is wrong',
    hold: true,
    now: 10_000,
    ...more,
  });

export function deliverySuite(newDatabase: () => TestDatabase): void {
  it('awaits an approval under its claim alone, and leaves the endpoint to the next one', async () => {
    const store = newDatabase().open();
    await queued(store, 'old', 1000);
    const own = await queued(store, 'new', 2000);
    const { deploymentId, fencingToken } = await claim(store, own.deploymentId);
    const wait = (token: number) =>
      store.delivery.awaitApproval({ deploymentId, fencingToken: token, approval: pending(), detail: 'asks', now: 7500 });
    expect(await wait(fencingToken - 1)).toBeNull();
    expect(await wait(fencingToken)).toMatchObject({
      deployment: {
        status: 'awaiting_approval',
        approval: pending(),
        startedAt: null,
        deadlineAt: null,
        waitsForKind: 'approval',
        waitsForSince: 7500,
        waitsForDetail: 'asks',
      },
      next: { deploymentId: 'd-old' },
    });
    expect(await wait(fencingToken)).toBeNull();
    expect(await store.deployments.findInProgress(endpoint)).toBeNull();
    expect((await store.runs.find('new'))?.deploymentStatus).toBe('awaiting_approval');
    expect((await reported(store, 'new')).at(-1)).toBe('deployment in_progress>awaiting_approval worker: asks');
    expect((await claim(store, 'd-old')).status).toBe('in_progress');
  });

  it('is approved once: its turn comes again, with what was decided', async () => {
    const store = newDatabase().open();
    await awaiting(store, 'a');
    const approved = await decide(store, 'a', true);
    expect(approved).toMatchObject({
      kind: 'decided',
      deployment: {
        status: 'queued',
        waitsForKind: null,
        approval: { status: 'approved', ...ana, decidedAt: 8000, content: 'digest' },
      },
      next: { deploymentId: 'd-a' },
    });
    expect(await decide(store, 'a', true, 8500)).toMatchObject({ kind: 'same', deployment: { approval: { decidedAt: 8000 } } });
    expect(await decide(store, 'a', false, 8500)).toMatchObject({ kind: 'already_decided' });
    const [entry] = (await store.history.list({ trainingJobName: 'a' })).slice(-1);
    expect(entry).toMatchObject({ from: 'awaiting_approval', to: 'queued', actor: 'api', ...ana, detail: 'approved' });
    expect((await claim(store, 'd-a')).approval).toMatchObject({ status: 'approved' });
    expect(await store.delivery.decide({ deploymentId: 'none', decision: { approves: true, ...ana }, now: 1 })).toBeNull();
  });

  it('is rejected once, with the training turned down and its tag due', async () => {
    const store = newDatabase().open();
    await awaiting(store, 'a');
    expect(await decide(store, 'a', false)).toMatchObject({
      kind: 'decided',
      deployment: {
        status: 'rejected',
        failureReason: 'rejected by ana: it is good',
        finishedAt: 8000,
        waitsForKind: null,
        approval: { status: 'rejected', ...ana },
      },
      next: null,
    });
    expect(await decide(store, 'a', false, 8500)).toMatchObject({ kind: 'same' });
    expect(await decide(store, 'a', true, 8500)).toMatchObject({ kind: 'already_decided' });
    const turnedDown = { how: 'person', ...ana, at: 8000 };
    expect(await store.runs.find('a')).toMatchObject({ turnedDown, tagsDue: true, deploymentStatus: 'rejected' });
    const request = (id: string, forced: boolean) =>
      store.deployments.request({ trainingJobName: 'a', deployment: newDeployment(id, { forced }), now: 9000 });
    expect(await request('later', false)).toMatchObject({ kind: 'rejected', why: 'ana turned it down: it is good' });
    expect(await request('forced', true)).toMatchObject({ kind: 'created' });
    await finish(store, await claim(store, 'forced'), 'deployed', 9500);
    expect(await store.runs.find('a'), 'a person has deployed it').toMatchObject({ turnedDown: null, tagsDue: false });
  });

  it('is not decided by who requested it, about another content, after its time, or when it does not await it', async () => {
    const store = newDatabase().open();
    await trained(store, 'own');
    const wanted = newDeployment('d-own', { trigger: 'api', requestedBy: 'Ana' });
    await store.deployments.request({ trainingJobName: 'own', deployment: wanted, now: 7000 });
    expect(await decide(store, 'own', true)).toMatchObject({ kind: 'not_awaiting' });
    const { deploymentId, fencingToken } = await claim(store, 'd-own');
    const approval = pending({ notByRequester: true });
    await store.delivery.awaitApproval({ deploymentId, fencingToken, approval, detail: 'asks', now: 7500 });
    expect(await decide(store, 'own', true)).toMatchObject({ kind: 'self_approval' });
    expect(await decide(store, 'own', true, 8000, 'another')).toMatchObject({ kind: 'expired' });
    expect(await decide(store, 'own', true, 20_000)).toMatchObject({ kind: 'expired' });
    expect(await store.deployments.find('d-own')).toMatchObject({ status: 'awaiting_approval', approval });
    expect(await decide(store, 'own', false), 'they may take it back').toMatchObject({ kind: 'decided' });
  });

  it('is not decided by who requested its training, when another key requested the deployment', async () => {
    const store = newDatabase().open();
    await trained(store, 'own', 1000, { requestedBy: 'ana' });
    const wanted = newDeployment('d-own', { trigger: 'api', requestedBy: 'ci' });
    await store.deployments.request({ trainingJobName: 'own', deployment: wanted, now: 7000 });
    const { deploymentId, fencingToken } = await claim(store, 'd-own');
    const approval = pending({ notByRequester: true });
    await store.delivery.awaitApproval({ deploymentId, fencingToken, approval, detail: 'asks', now: 7500 });
    expect(await decide(store, 'own', true)).toMatchObject({ kind: 'self_approval' });
  });

  it('is decided by a caller also where the API knows no names', async () => {
    const store = newDatabase().open();
    await awaiting(store, 'a');
    const decision = { approves: false, by: null, reason: 'it is wrong' };
    await store.delivery.decide({ deploymentId: 'd-a', decision, now: 8000 });
    expect((await store.history.list({ trainingJobName: 'a' })).at(-1)).toMatchObject({ actor: 'api', by: null });
    await awaiting(store, 'b', 2000);
    await store.delivery.expire({ deploymentId: 'd-b', now: 20_000 });
    expect((await store.history.list({ trainingJobName: 'b' })).at(-1)).toMatchObject({ actor: 'worker', by: null });
  });

  it('leaves its guard alarms to be removed when it ends, also when its run is deleted first', async () => {
    const store = newDatabase().open();
    await queued(store, 'a');
    const own = await claim(store, 'd-a');
    await store.guardAlarms.record({ deploymentId: 'd-a', names: ['alarm-a'], now: 7000 });
    expect(await store.guardAlarms.listEnded(10)).toEqual([]);
    await finish(store, own, 'rolled_back');
    expect(await store.guardAlarms.listEnded(10)).toEqual(['alarm-a']);
    expect(await store.runs.remove({ trainingJobName: 'a', status: 'completed', now: 9000 })).toBe('removed');
    expect(await store.guardAlarms.listEnded(10)).toEqual(['alarm-a']);
    await store.guardAlarms.forget(['alarm-a']);
    expect(await store.guardAlarms.listEnded(10)).toEqual([]);
  });

  it('is forced where it waits: past order and hold, and as an override past the approval that it awaits', async () => {
    const store = newDatabase().open();
    await store.endpoints.hold({ endpointName: endpoint, ...ana, now: 500 });
    await queued(store, 'held');
    await queued(store, 'newer', 2000);
    const force = (name: string, overrides = false) =>
      store.deployments.request({
        trainingJobName: name,
        deployment: newDeployment('x', { trigger: 'api', forced: true, overrides, requestedBy: 'ana', reason: 'urgent' }),
        now: 7200,
      });
    const last = async (name: string) => (await store.history.list({ trainingJobName: name })).at(-1);
    const claimHeld = () => store.deployments.claim({ deploymentId: 'd-held', deadlineAt: 90_000, now: 7100 });
    expect(await claimHeld()).toMatchObject({ kind: 'wait' });
    expect(await force('held')).toMatchObject({ kind: 'existing', deployment: { deploymentId: 'd-held', forced: true } });
    expect(await last('held')).toMatchObject({ from: 'queued', to: 'queued', actor: 'api', by: 'ana', reason: 'urgent' });
    const { fencingToken } = await claim(store, 'd-held');
    const wanted = { deploymentId: 'd-held', fencingToken, approval: pending(), detail: 'asks', now: 7500 };
    await store.delivery.awaitApproval(wanted);
    expect(await force('held')).toMatchObject({
      kind: 'existing',
      deployment: { status: 'awaiting_approval', overrides: false },
    });
    const overridden = { status: 'queued', overrides: true, approval: null, waitsForKind: null };
    expect(await force('held', true)).toMatchObject({ kind: 'existing', deployment: overridden });
    expect(await last('held')).toMatchObject({ to: 'queued', by: 'ana', detail: 'override: passes over gate and approval' });
    expect(await decide(store, 'held', false)).toMatchObject({ kind: 'not_awaiting' });
    expect(await claim(store, 'd-held')).toMatchObject({ step: 'model' });
  });

  it('expires when its time is over, and not before', async () => {
    const store = newDatabase().open();
    await awaiting(store, 'a');
    const expire = (now: number) => store.delivery.expire({ deploymentId: 'd-a', now });
    expect(await expire(19_999)).toBeNull();
    expect(await expire(20_000)).toMatchObject({
      deployment: { status: 'rejected', failureReason: 'not approved in time', approval: { status: 'expired', by: null } },
      next: null,
    });
    expect(await expire(20_001)).toBeNull();
    expect(await store.runs.find('a')).toMatchObject({
      turnedDown: { how: 'person', reason: 'the approval expired' },
      tagsDue: true,
    });
    expect((await reported(store, 'a')).at(-1)).toBe('deployment awaiting_approval>rejected worker: not approved in time');
    expect(await store.delivery.expire({ deploymentId: 'none', now: 1 })).toBeNull();
  });

  it('gives way to a newer training that goes live while it awaits an approval', async () => {
    const store = newDatabase().open();
    await awaiting(store, 'old', 1000);
    await awaiting(store, 'newest', 3000);
    await deploy(store, 'new', 2000, 9000);
    expect(await store.deployments.find('d-old')).toMatchObject({ status: 'superseded', supersededBy: 'new' });
    expect(await store.deployments.find('d-newest')).toMatchObject({ status: 'awaiting_approval' });
    expect(await decide(store, 'old', true, 9500)).toMatchObject({ kind: 'not_awaiting' });
  });

  it('is aborted at once while it waits, and by its worker while it is in progress', async () => {
    const store = newDatabase().open();
    const abort = (deploymentId: string, now = 9000) =>
      store.delivery.abort({ deploymentId, by: 'ana', reason: 'not this one', now });
    await queued(store, 'queued', 1000);
    await awaiting(store, 'waiting', 2000);
    for (const name of ['queued', 'waiting']) {
      expect(await abort(`d-${name}`)).toMatchObject({
        kind: 'rejected',
        deployment: {
          status: 'rejected',
          abort: { by: 'ana', reason: 'not this one', at: 9000 },
          failureReason: 'rejected by ana: not this one',
        },
      });
      expect(await abort(`d-${name}`, 9500)).toMatchObject({ kind: 'same', deployment: { abort: { at: 9000 } } });
      expect((await store.runs.find(name))?.turnedDown).toMatchObject({ how: 'person', by: 'ana' });
    }
    await queued(store, 'going', 3000);
    const own = await claim(store, 'd-going');
    expect(await abort('d-going')).toMatchObject({ kind: 'recorded', deployment: { status: 'in_progress', fencingToken: 1 } });
    expect(await abort('d-going', 9500)).toMatchObject({ kind: 'same' });
    expect((await store.deployments.find('d-going'))?.abort).toEqual({ by: 'ana', reason: 'not this one', at: 9000 });
    await finish(store, own, 'failed', 9600);
    await deploy(store, 'done', 4000, 9900);
    expect(await abort('d-done')).toMatchObject({ kind: 'over', deployment: { status: 'deployed', abort: null } });
    expect(await abort('none')).toBeNull();
  });

  it('gives one that ends before its turn the policy in force, and notifies of its end', async () => {
    const store = newDatabase().open();
    const url = 'https://hooks.example.com/a';
    const policy = { ...noPolicy, notify: [{ url, events: ['rejected', 'failed'] as const, secretEnv: null }] };
    await deploy(store, 'first', 1000, 8000);
    await deploy(store, 'second', 2000, 9000);
    for (const [index, name] of ['aborted', 'withdrawn', 'waiting'].entries()) await queued(store, name, 3000 + index);
    const person = { by: 'ana', reason: 'not this one' };
    await store.delivery.abort({ deploymentId: 'd-aborted', ...person, policy, now: 9500 });
    await store.deployments.withdraw({ deploymentId: 'd-withdrawn', failureReason: 'stopped', policy, now: 9600 });
    await rollBack(store, { policy });
    for (const name of ['aborted', 'withdrawn', 'waiting'])
      expect((await store.deployments.find(`d-${name}`))?.policy, name).toEqual(policy);
    expect((await store.notifications.listDue({ now: 20_000, limit: 10 })).map(({ webhookId }) => webhookId)).toEqual([
      'd-aborted-rejected-0',
      'd-withdrawn-failed-0',
      'd-waiting-rejected-0',
    ]);
  });

  it('neither asks about nor records as live what a person has ended meanwhile', async () => {
    const store = newDatabase().open();
    await queued(store, 'job', 1000);
    const { deploymentId, fencingToken } = await claim(store, 'd-job');
    await store.delivery.abort({ deploymentId, by: 'ana', reason: 'wrong', now: 7000 });
    const wanted = { deploymentId, fencingToken, approval: pending(), detail: 'each model needs an approval', now: 7500 };
    expect(await store.delivery.awaitApproval(wanted)).toBeNull();
    const live = { status: 'deployed', failureReason: null, detail: null } as const;
    expect(await store.deployments.finish({ deploymentId, fencingToken, outcome: live, now: 7500 })).toBeNull();
    expect(await store.deployments.find(deploymentId)).toMatchObject({ status: 'in_progress', abort: { by: 'ana' } });
    const back = { status: 'rolled_back', failureReason: 'aborted', detail: null } as const;
    expect(await store.deployments.finish({ deploymentId, fencingToken, outcome: back, now: 7500 })).not.toBeNull();
  });

  it('rolls back to what was live before: holds, turns down, rejects and aborts what is from before', async () => {
    const store = newDatabase().open();
    await deploy(store, 'first', 1000, 8000);
    await deploy(store, 'second', 2000, 9000);
    await queued(store, 'going', 3000);
    await claim(store, 'd-going', 9500);
    await queued(store, 'waiting', 4000);
    const result = await rollBack(store);
    expect(result).toMatchObject({
      kind: 'created',
      deployment: {
        deploymentId: 'back',
        trainingJobName: 'first',
        status: 'queued',
        trigger: 'rollback',
        forced: true,
        restores: 'd-first',
        modelName: 'd-first-model',
        requestedBy: 'ana',
        reason: 'it is wrong',
        attempts: 2,
      },
      rejected: [{ deploymentId: 'd-waiting', status: 'rejected' }],
      next: { deploymentId: 'back' },
    });
    const turnedDown = { how: 'rollback', by: 'ana', reason: 'it is wrong', at: 10_000 };
    for (const name of ['second', 'waiting']) expect(await store.runs.find(name)).toMatchObject({ turnedDown, tagsDue: true });
    expect((await store.deployments.find('d-going'))?.abort).toMatchObject({ by: 'ana', reason: 'it is wrong' });
    expect(await store.endpoints.find(endpoint)).toMatchObject({
      heldSince: 10_000,
      heldBy: 'ana',
      holdReason: 'it is wrong',
      rolledBackAt: 10_000,
      tagsDue: true,
    });
    expect(await rollBack(store, { deploymentId: 'x' })).toMatchObject({
      kind: 'existing',
      deployment: { deploymentId: 'back' },
    });
    await store.deployments.finish({
      deploymentId: 'd-going',
      fencingToken: 1,
      outcome: { status: 'rolled_back', failureReason: 'aborted', detail: null },
      now: 10_500,
    });
    const back = await claim(store, 'back', 11_000);
    await finish(store, back, 'deployed', 12_000);
    expect((await store.deployments.findLive(endpoint))?.trainingJobName).toBe('first');
    expect(await store.runs.find('second'), 'it stays turned down').toMatchObject({ turnedDown });
    expect(await rollBack(store, { deploymentId: 'y' }), 'what was turned down is not gone back to').toEqual({
      kind: 'nothing_to_roll_back_to',
    });
    expect(await rollBack(store, { deploymentId: 'y', to: 'second' }), 'unless it is named').toMatchObject({ kind: 'created' });
  });

  it('deploys none of the trainings from before a rollback by itself, whenever they end', async () => {
    const store = newDatabase().open();
    await deploy(store, 'first', 1000, 8000);
    await deploy(store, 'second', 2000, 9000);
    await inTraining(store, 'running', 3000);
    await rollBack(store, { hold: false });
    const end = (name: string) =>
      store.runs.finish({
        trainingJobName: name,
        outcome: completed,
        deployment: newDeployment(`d-${name}`),
        actor: 'poll',
        now: 11_000,
      });
    expect(await end('running')).toMatchObject({ deployment: { status: 'rejected' } });
    expect(await store.runs.find('running')).toMatchObject({ turnedDown: { how: 'rollback' }, tagsDue: true });
    await inTraining(store, 'later', 10_500);
    expect(await end('later')).toMatchObject({ deployment: { status: 'queued' } });
  });

  it('rolls back to nothing where there is nothing, and changes nothing then', async () => {
    const store = newDatabase().open();
    const nothing = { kind: 'nothing_to_roll_back_to' };
    expect(await rollBack(store)).toEqual(nothing);
    await deploy(store, 'first', 1000, 8000);
    expect(await rollBack(store)).toEqual(nothing);
    expect(await rollBack(store, { to: 'first' })).toEqual(nothing);
    expect(await store.endpoints.find(endpoint)).toBeNull();
    expect(await store.runs.find('first')).toMatchObject({ turnedDown: null });
  });

  it('rolls back to no training whose artifact is known to be gone', async () => {
    const store = newDatabase().open();
    await deploy(store, 'first', 1000, 8000);
    await deploy(store, 'second', 2000, 9000);
    await rollBack(store);
    const { deploymentId, fencingToken } = await claim(store, 'back', 11_000);
    const outcome = { status: 'failed', failureReason: 'no artifact', failureKind: 'artifact', detail: null } as const;
    await store.deployments.finish({ deploymentId, fencingToken, outcome, now: 12_000 });
    expect(await rollBack(store, { deploymentId: 'later' })).toMatchObject({
      kind: 'artifact_missing',
      target: { trainingJobName: 'first' },
    });
  });

  it('lists the trainings that were turned down until their tags say so', async () => {
    const store = newDatabase().open();
    await awaiting(store, 'a', 1000);
    await awaiting(store, 'b', 2000);
    await decide(store, 'a', false);
    await decide(store, 'b', false);
    const due = async () =>
      (await store.runs.listTagsDue(10)).map(({ trainingJobName, turnedDown: { how } }) => `${trainingJobName} ${how}`);
    expect(await due()).toEqual(['a person', 'b person']);
    expect(await store.runs.listTagsDue(1)).toHaveLength(1);
    await store.runs.recordTagged({ trainingJobName: 'a', how: 'person' });
    await store.runs.recordTagged({ trainingJobName: 'b', how: 'gate' });
    expect(await due(), 'another reason is due still').toEqual(['b person']);
  });
}
