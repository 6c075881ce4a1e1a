import { describe, expect, it, vi } from 'vitest';
import type { Deployment } from '../../src/core/deployment/deployment.ts';
import { emptyDelivery } from '../../src/core/delivery/delivery-file.ts';
import type { ShapeObject } from '../../src/core/shapes/shapes.ts';
import { abortDeployment } from '../../src/services/delivery/abort-deployment.ts';
import { rollBackEndpoint } from '../../src/services/delivery/roll-back-endpoint.ts';
import { stopRun } from '../../src/services/training/stop-run.ts';
import { endpointName, settings, startTestContext, type TestContext } from './harness.ts';

const withPolicy = (delivery: ShapeObject): Promise<TestContext> =>
  startTestContext({ delivery: { ...emptyDelivery, defaults: { ...settings.delivery.defaults, delivery } } });

const accuracy = { metricDefinitions: [{ name: 'validation:accuracy', regex: 'accuracy=([0-9.]+)' }] };

/** Starts a training that ends with this accuracy. */
function startWith(context: TestContext, value: number): Promise<string> {
  context.simulator.changeSettings({ finalMetrics: { 'validation:accuracy': value } });
  return context.start(accuracy);
}

const nothingMade = { training_job_created: 1, training_job_ended: 1 };

const only = (deployments: readonly Deployment[]): Deployment => {
  const [deployment] = deployments;
  if (deployment === undefined || deployments.length !== 1) throw new Error(`${deployments.length} deployments`);
  return deployment;
};

/** Runs until the deployment of the training is no longer queued or in progress. */
async function untilJudged(context: TestContext, trainingJobName: string): Promise<Deployment> {
  await context.untilQueued(trainingJobName);
  for (let count = 0; count < 200; count += 1) {
    const deployment = only(await context.deploymentsOf(trainingJobName));
    if (deployment.status !== 'queued' && deployment.status !== 'in_progress') return deployment;
    await context.round();
    context.clock.advance(15);
  }
  throw new Error(`${trainingJobName} is not judged`);
}

const histories = async ({ store }: TestContext, trainingJobName: string) =>
  (await store.history.list({ trainingJobName })).filter(({ subject }) => subject === 'deployment');

describe('a deployment whose policy has a gate', () => {
  it('passes it and goes live, with the whole reckoning', async () => {
    const context = await withPolicy({ gate: { rules: [{ metric: 'validation:accuracy', at_least: 0.5 }] } });
    const name = await startWith(context, 0.93);
    const deployment = await untilJudged(context, name);
    expect(deployment).toMatchObject({
      status: 'deployed',
      gate: { verdict: 'passed', rules: [{ metric: 'validation:accuracy', verdict: 'passed', threshold: 0.5 }] },
      policy: { gate: { onMissing: 'reject' } },
    });
  });

  it('is rejected by it before anything is made, and stays so until it is forced', async () => {
    const context = await withPolicy({ gate: { rules: [{ metric: 'validation:accuracy', at_least: 0.999 }] } });
    const name = await startWith(context, 0.93);
    expect(await untilJudged(context, name)).toMatchObject({
      status: 'rejected',
      gate: { verdict: 'failed' },
      modelName: expect.any(String),
    });
    expect(context.effects()).toEqual({ ...nothingMade, tags_added: 1 });
    expect((await context.store.runs.find(name))?.turnedDown).toMatchObject({ how: 'gate' });
    expect(only(await context.deploymentsOf(name)).failureReason).toContain('validation:accuracy');
  });

  it('is compared with what serves when its turn comes', async () => {
    const rules = [{ metric: 'validation:accuracy', better: 'higher', improve_by: 0.01 }];
    const context = await withPolicy({ gate: { rules } });
    const first = await untilJudged(context, await startWith(context, 0.9));
    expect(first).toMatchObject({ status: 'deployed', gate: { verdict: 'passed', against: null } });
    const same = await untilJudged(context, await startWith(context, 0.9));
    expect(same).toMatchObject({ status: 'rejected', gate: { verdict: 'failed', against: first.trainingJobName } });
    const better = await untilJudged(context, await startWith(context, 0.91));
    expect(better).toMatchObject({ status: 'deployed', gate: { rules: [{ value: 0.91, baseline: 0.9 }] } });
  });

  it('is compared with what serves after the database is lost, and with nothing once the endpoint is gone', async () => {
    const rules = [{ metric: 'validation:accuracy', better: 'higher' }];
    const context = await withPolicy({ gate: { rules } });
    const first = await untilJudged(context, await startWith(context, 0.9));
    await context.loseDatabase();
    const worse = await untilJudged(context, await startWith(context, 0.8));
    expect(worse).toMatchObject({ status: 'rejected', gate: { against: first.trainingJobName, rules: [{ baseline: 0.9 }] } });
    await context.sdk.deleteEndpoint({ EndpointName: endpointName });
    context.clock.advance(60);
    const alone = await untilJudged(context, await startWith(context, 0.7));
    expect(alone).toMatchObject({ status: 'deployed', gate: { verdict: 'passed', against: null } });
    await context.sdk.deleteEndpoint({ EndpointName: endpointName });
    context.clock.advance(60);
    const last = await untilJudged(context, await startWith(context, 0.6));
    expect(last, 'the database knows what was live').toMatchObject({ status: 'deployed', gate: { against: null } });
  });

  it('asks a person about a metric that is not there, where the policy says so', async () => {
    const context = await withPolicy({ gate: { rules: [{ metric: 'f1', at_least: 0.5 }], on_missing: 'ask' } });
    const name = await context.start();
    const waiting = await untilJudged(context, name);
    expect(waiting).toMatchObject({ status: 'awaiting_approval', waitsForKind: 'approval', gate: { verdict: 'unclear' } });
  });
});

describe('a deployment that needs an approval', () => {
  const always = { approval: { required: 'always', expires_seconds: 3600 } };

  it('goes live once a person approves it', async () => {
    const context = await withPolicy(always);
    const name = await context.start();
    const { deploymentId } = await untilJudged(context, name);
    const now = context.clock.now;
    const decided = await context.store.delivery.decide({
      deploymentId,
      decision: { approves: true, by: 'ben', reason: 'fine' },
      now,
    });
    expect(decided).toMatchObject({
      kind: 'decided',
      deployment: { status: 'queued', approval: { status: 'approved', by: 'ben' } },
    });
    await context.settle();
    expect(only(await context.deploymentsOf(name))).toMatchObject({ status: 'deployed', approval: { status: 'approved' } });
    expect(await histories(context, name)).toContainEqual(
      expect.objectContaining({ from: 'awaiting_approval', to: 'queued', by: 'ben', reason: 'fine' }),
    );
  });

  it('is rejected by a person, and makes nothing', async () => {
    const context = await withPolicy(always);
    const name = await context.start();
    const { deploymentId } = await untilJudged(context, name);
    const decision = { approves: false, by: 'ben', reason: 'wrong data' };
    await context.store.delivery.decide({ deploymentId, decision, now: context.clock.now });
    await context.settle();
    expect(only(await context.deploymentsOf(name))).toMatchObject({
      status: 'rejected',
      failureReason: 'rejected by ben: wrong data',
    });
    expect(context.effects()).toEqual(nothingMade);
  });

  it('is rejected without a decision in time, by whichever worker sees that first', async () => {
    const context = await withPolicy(always);
    const name = await context.start();
    await untilJudged(context, name);
    context.clock.advance(3600);
    await context.settle();
    expect(only(await context.deploymentsOf(name))).toMatchObject({ status: 'rejected', approval: { status: 'expired' } });
  });

  it('holds no endpoint: a newer training that is approved supersedes it', async () => {
    const context = await withPolicy(always);
    const older = await context.start();
    await untilJudged(context, older);
    const newer = await context.start();
    const { deploymentId } = await untilJudged(context, newer);
    await context.store.delivery.decide({
      deploymentId,
      decision: { approves: true, by: null, reason: null },
      now: context.clock.now,
    });
    await context.settle();
    expect(only(await context.deploymentsOf(older))).toMatchObject({ status: 'superseded', supersededBy: newer });
    expect(only(await context.deploymentsOf(newer)).status).toBe('deployed');
  });
});

describe('an abort', () => {
  it('before the endpoint is touched ends the deployment as rejected', async () => {
    const context = await startTestContext();
    const name = await context.start();
    const deploymentId = await context.untilQueued(name);
    const aborted = await context.store.delivery.abort({ deploymentId, by: 'ana', reason: 'too early', now: context.clock.now });
    expect(aborted).toMatchObject({ kind: 'rejected' });
    await context.settle();
    expect(only(await context.deploymentsOf(name))).toMatchObject({
      status: 'rejected',
      failureReason: 'rejected by ana: too early',
    });
    expect(context.effects()).toEqual(nothingMade);
  });

  it('of an update that is in progress brings the endpoint back to what served', async () => {
    const context = await startTestContext();
    const first = await context.start();
    await context.settle();
    const { endpointConfigName: before } = only(await context.deploymentsOf(first));
    const second = await context.start();
    const deploymentId = await context.untilQueued(second);
    while (only(await context.deploymentsOf(second)).step !== 'in_service') await context.round();
    expect(
      await context.store.delivery.abort({ deploymentId, by: 'ana', reason: 'wrong', now: context.clock.now }),
    ).toMatchObject({ kind: 'recorded' });
    await context.settle();
    expect(only(await context.deploymentsOf(second))).toMatchObject({
      status: 'rolled_back',
      failureReason: 'aborted by ana: wrong',
    });
    const endpoint = await context.ctx.sagemaker.describeEndpoint(endpointName);
    expect(endpoint).toMatchObject({ status: 'InService', endpointConfigName: before });
    expect((await context.store.deployments.findLive(endpointName))?.trainingJobName).toBe(first);
  });

  it('while the endpoint is verified brings it back as well', async () => {
    const context = await withPolicy({ verify: { requests: [{ body: 'hello' }] } });
    const first = await context.start();
    await context.settle();
    const second = await context.start();
    const deploymentId = await context.untilQueued(second);
    while (only(await context.deploymentsOf(second)).step !== 'verify') {
      await context.round();
      context.clock.advance(15);
    }
    await context.store.delivery.abort({ deploymentId, by: 'ana', reason: 'wrong', now: context.clock.now });
    await context.settle();
    expect(only(await context.deploymentsOf(second))).toMatchObject({
      status: 'rolled_back',
      failureReason: 'aborted by ana: wrong',
    });
    expect((await context.store.deployments.findLive(endpointName))?.trainingJobName).toBe(first);
  });

  it('while the tags of what is live are written brings it back as well', async () => {
    const context = await startTestContext();
    const first = await context.start();
    await context.settle();
    const second = await context.start();
    const deploymentId = await context.untilQueued(second);
    const { sagemaker, store } = context.ctx;
    const addTags = sagemaker.addTags.bind(sagemaker);
    vi.spyOn(sagemaker, 'addTags').mockImplementationOnce(async (...call) => {
      await addTags(...call);
      await store.delivery.abort({ deploymentId, by: 'ana', reason: 'wrong', now: context.clock.now });
    });
    await context.settle();
    expect(only(await context.deploymentsOf(second))).toMatchObject({
      status: 'rolled_back',
      failureReason: 'aborted by ana: wrong',
    });
    expect((await store.deployments.findLive(endpointName))?.trainingJobName).toBe(first);
  });

  it('while its approval is requested ends it as rejected, without a decision', async () => {
    const context = await withPolicy({ approval: { required: 'always' } });
    const name = await context.start();
    const deploymentId = await context.untilQueued(name);
    const { approvalLinks, store } = context.ctx;
    const sign = approvalLinks.sign.bind(approvalLinks);
    vi.spyOn(approvalLinks, 'sign').mockImplementationOnce(async (...link) => {
      await store.delivery.abort({ deploymentId, by: 'ana', reason: 'wrong', now: context.clock.now });
      return sign(...link);
    });
    await context.settle({ rounds: 5 });
    expect(only(await context.deploymentsOf(name))).toMatchObject({
      status: 'rejected',
      approval: null,
      failureReason: 'aborted by ana: wrong',
    });
  });
});

describe('a rollback', () => {
  it('returns the endpoint to what served before, and keeps it so while it is held', async () => {
    const context = await startTestContext();
    const first = await context.start();
    await context.settle();
    const second = await context.start();
    await context.settle();
    const third = await context.start();
    const by = 'ana';
    const rolled = await context.store.delivery.rollBack({
      endpointName,
      to: null,
      deploymentId: 'back',
      by,
      reason: 'errors',
      hold: true,
      now: context.clock.now,
    });
    expect(rolled).toMatchObject({ kind: 'created', deployment: { trainingJobName: first, trigger: 'rollback', forced: true } });
    await context.settle();
    const [back, original] = await context.deploymentsOf(first);
    expect(back).toMatchObject({
      status: 'deployed',
      restores: original?.deploymentId,
      endpointConfigName: original?.endpointConfigName,
    });
    expect((await context.store.deployments.findLive(endpointName))?.trainingJobName).toBe(first);
    // From before the rollback: neither the one that it went back from, nor the one that was training.
    expect((await context.store.runs.find(second))?.turnedDown).toMatchObject({ how: 'rollback', by });
    expect(only(await context.deploymentsOf(third))).toMatchObject({ status: 'rejected' });
    expect(context.effects()).toMatchObject({ model_created: 2, endpoint_config_created: 2 });
    const fourth = await context.start();
    await context.untilQueued(fourth);
    await context.round();
    expect(only(await context.deploymentsOf(fourth))).toMatchObject({ status: 'queued', waitsForKind: 'hold' });
    await context.store.endpoints.release({ endpointName, by, reason: 'repaired', now: context.clock.now });
    await context.settle();
    expect(only(await context.deploymentsOf(fourth)).status).toBe('deployed');
  });
});

describe('the outbox', () => {
  const url = 'https://hooks.example.com/a';
  const events = ['deployed', 'rolled_back', 'failed', 'rejected', 'approval_required'];
  const sent = async ({ store, clock }: TestContext) =>
    (await store.notifications.listDue({ now: clock.now, limit: 100 })).map(({ event, body, webhookId }) => ({
      event,
      webhookId,
      data: (JSON.parse(body) as { data: Record<string, unknown> }).data,
    }));

  it('has what a policy names, each once, with the link to decide', async () => {
    const context = await withPolicy({ approval: { required: 'always' }, notify: [{ url, events }] });
    const name = await context.start();
    const { deploymentId } = await untilJudged(context, name);
    const [wanted] = await sent(context);
    expect(wanted).toMatchObject({
      event: 'approval_required',
      data: { deployment_id: deploymentId, status: 'awaiting_approval' },
    });
    const links = wanted?.data['links'] as { approval: string } | undefined;
    const token = links?.approval.split('/approvals/')[1] ?? '';
    expect(await context.ctx.approvalLinks.verify(token, context.clock.now)).toMatchObject({
      kind: 'valid',
      link: { deploymentId },
    });
    const decision = { approves: true, by: 'ben', reason: null };
    await context.store.delivery.decide({ deploymentId, decision, now: context.clock.now });
    await context.settle();
    expect((await sent(context)).map(({ event }) => event)).toEqual(['approval_required', 'deployed']);
  });

  it('reports a rejection by the gate with its reckoning', async () => {
    const gate = { rules: [{ metric: 'validation:accuracy', at_least: 0.99 }] };
    const context = await withPolicy({ gate, notify: [{ url, events: ['rejected'] }] });
    await untilJudged(context, await startWith(context, 0.5));
    expect(await sent(context)).toMatchObject([{ event: 'rejected', data: { gate: { verdict: 'failed' } } }]);
  });

  it.each(['aborted', 'rolled back over', 'withdrawn'])('reports one that is %s before its turn', async (how) => {
    const context = await withPolicy({ notify: [{ url, events: ['rejected', 'failed'] }] });
    const first = await context.start();
    await context.settle();
    await context.start();
    await context.settle();
    await context.store.endpoints.hold({ endpointName, by: 'ana', reason: 'under review', now: context.clock.now });
    const waiting = await context.start();
    const deploymentId = await context.untilQueued(waiting);
    await context.round();
    expect(only(await context.deploymentsOf(waiting))).toMatchObject({ status: 'queued', policy: null });
    const decision = { by: 'ana', reason: 'it is wrong' };
    if (how === 'aborted') await abortDeployment(context.ctx, { deploymentId, ...decision });
    if (how === 'rolled back over') await rollBackEndpoint(context.ctx, { endpointName, to: first, hold: true, ...decision });
    if (how === 'withdrawn') await stopRun(context.ctx, { trainingJobName: waiting, by: 'ana' });
    const event = how === 'withdrawn' ? 'failed' : 'rejected';
    expect(only(await context.deploymentsOf(waiting)).status).toBe(event);
    expect((await sent(context)).filter(({ data }) => data['training_job_name'] === waiting)).toMatchObject([
      { event, webhookId: `${deploymentId}-${event}-0` },
    ]);
  });
});
