/** Each example of a delivery file carries deployments through a whole system, and what reaches SageMaker and the receiver is what it says. */
import { readFileSync } from 'node:fs';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../tools/testkit/eventually.ts';
import { startReceiver } from '../notifications/receiver.ts';
import { copyOf, type Deployment, startDeliverySystem } from './delivery-system.ts';

const endpointName = 'ml-sentiment-endpoint';
const accuracy = 'validation:accuracy';

describe('examples/delivery through a whole system', () => {
  it('bold.yaml deploys all at once, and takes back what responds with nonsense', { timeout: 180_000 }, async () => {
    const { simulator, train, rollouts, invocations, ask } = await startDeliverySystem('examples/delivery/bold.yaml');
    simulator.setModelBehavior('good-', { body: '{"label": "positive"}' });
    simulator.setModelBehavior('bad-', { body: '{"label": "?"}' });
    expect(await train('good-1', {}, 'deployed', 'failed')).toMatchObject({
      status: 'deployed',
      gate: null,
      approval: null,
      verification: { status: 'passed', requests: 1, failures: [] },
    });
    expect(await train('bad-2', {}, 'deployed', 'failed', 'rolled_back')).toMatchObject({
      status: 'rolled_back',
      failure_kind: 'verification',
      rollout: { strategy: 'all_at_once', alarms: [] },
      verification: { status: 'failed' },
    });
    const [there, back] = rollouts();
    expect(there).toEqual({
      BlueGreenUpdatePolicy: {
        TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 0 },
        TerminationWaitInSeconds: 0,
        MaximumExecutionTimeoutInSeconds: 7200,
      },
    });
    expect(back).toBeUndefined();
    expect(invocations()).toContainEqual({ text: 'good' });
    const endpoint = await ask<{ training_job_name: string }>('GET', '/endpoint-status');
    expect(endpoint.body.training_job_name).toBe('good-1');
  });

  it('standard.yaml compares with what serves, and requests an approval where it cannot', { timeout: 180_000 }, async () => {
    const system = await startDeliverySystem('examples/delivery/standard.yaml');
    const { simulator, train, until, rollouts, invocations, ask } = system;
    simulator.setModelBehavior('model-', { body: '{"positive": 0.6, "negative": 0.4}' });
    const first = await train('model-1', { [accuracy]: 0.9 }, 'deployed', 'failed', 'rejected');
    expect(first).toMatchObject({ status: 'deployed', gate: { verdict: 'passed', against: null } });

    const worse = await train('model-2', { [accuracy]: 0.85 }, 'deployed', 'failed', 'rejected');
    expect(worse).toMatchObject({ status: 'rejected', rollout: null, gate: { verdict: 'failed', against: 'model-1' } });
    expect(worse.gate?.rules.map(({ verdict }) => verdict)).toEqual(['passed', 'failed']);
    expect(rollouts()).toEqual([]);

    const unclear = await train('model-3', { [accuracy]: 'NaN' }, 'awaiting_approval', 'deployed', 'failed', 'rejected');
    expect(unclear).toMatchObject({ status: 'awaiting_approval', gate: { verdict: 'unclear' }, approval: { status: 'pending' } });
    const approve = `/deployments/${unclear.deployment_id}/approve`;
    expect((await ask('POST', approve, { json: { reason: 'compared by hand' } })).status).toBe(200);
    expect(await until('model-3', 'deployed', 'failed', 'rolled_back')).toMatchObject({
      status: 'deployed',
      approval: { status: 'approved', reason: 'compared by hand' },
      rollout: { strategy: 'all_at_once', traffic_percent: 100, alarms: [{ is_own: true }] },
      verification: { status: 'passed', requests: 2 },
    });
    expect(rollouts()).toEqual([
      {
        BlueGreenUpdatePolicy: {
          TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 0 },
          TerminationWaitInSeconds: 600,
          MaximumExecutionTimeoutInSeconds: 7800,
        },
        AutoRollbackConfiguration: { Alarms: [{ AlarmName: expect.stringMatching(/^autodeploy-ml-sentiment-.*-errors$/) }] },
      },
    ]);
    expect(invocations()).toEqual(expect.arrayContaining([{ text: 'good' }, { text: 'bad' }]));
    await eventually(() => simulator.alarms().length === 0, Boolean, { withinMs: 20_000, what: 'no guard alarm' });
  });

  it('careful.yaml has a second person approve a canary, and notifies the receiver', { timeout: 180_000 }, async () => {
    const receiver = await startReceiver();
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const text = readFileSync('examples/delivery/careful.yaml', 'utf8');
    expect(text).toContain('https://ml.example.com/hooks/delivery');
    const file = copyOf(text.replace('https://ml.example.com', receiver.url));
    const keys = { API_KEYS: 'nightly:approve:nightly-key-1234,ana:approve:ana-key-12345678', DELIVERY_HOOK_SECRET: secret };
    const system = await startDeliverySystem(file, { key: 'nightly-key-1234', env: keys });
    const { simulator, train, until, rollouts, invocations, ask, url } = system;
    simulator.setModelBehavior('model-', { body: '{"label": "positive", "score": 0.9}' });
    await putAlarm(simulator.url, 'checkout-errors');
    const notifications = () => receiver.received.map(({ body, headers }) => verified(secret, body, headers));
    const notified = (name: string, event: string) =>
      eventually(
        () => notifications().find(({ type, data }) => data.training_job_name === name && type === `deployment.${event}`),
        Boolean,
        {
          withinMs: 30_000,
          what: `${event} of ${name}`,
        },
      );
    const ana = { headers: { 'x-api-key': 'ana-key-12345678' } };

    const first = await train('model-1', { [accuracy]: 0.93, 'validation:loss': 0.3 }, 'awaiting_approval', 'rejected');
    expect(first).toMatchObject({ status: 'awaiting_approval', requested_by: 'nightly', gate: { verdict: 'passed' } });
    const approve = `/deployments/${first.deployment_id}/approve`;
    expect(await ask('POST', approve, { json: {} })).toMatchObject({ status: 403, body: { code: 'self_approval' } });
    expect((await ask('POST', approve, { json: {}, ...ana })).status).toBe(200);
    expect(await until('model-1', 'deployed', 'failed')).toMatchObject({ status: 'deployed', approval: { by: 'ana' } });

    await train('model-2', { [accuracy]: 0.95, 'validation:loss': 0.3 }, 'awaiting_approval', 'rejected');
    const { data } = (await notified('model-2', 'approval_required')) ?? {};
    const link = new URL(data?.links.approval ?? '');
    expect(link.origin).toBe(url);
    const form = new URLSearchParams({ decision: 'approve', name: 'Bea', reason: 'better' });
    expect((await fetch(link)).status).toBe(200);
    expect((await fetch(link, { method: 'POST', body: form, headers: { origin: url } })).status).toBe(200);
    expect(await until('model-2', 'deployed', 'failed', 'rolled_back')).toMatchObject({
      status: 'deployed',
      approval: { status: 'approved', by: 'Bea (link)', reason: 'better' },
      rollout: { strategy: 'canary', traffic_percent: 100 },
      verification: { status: 'passed', requests: 1 },
    });
    expect(rollouts()).toEqual([
      {
        BlueGreenUpdatePolicy: {
          TrafficRoutingConfiguration: {
            Type: 'CANARY',
            WaitIntervalInSeconds: 900,
            CanarySize: { Type: 'CAPACITY_PERCENT', Value: 10 },
          },
          TerminationWaitInSeconds: 900,
          MaximumExecutionTimeoutInSeconds: 9900,
        },
        AutoRollbackConfiguration: {
          Alarms: [
            { AlarmName: 'checkout-errors' },
            { AlarmName: expect.stringMatching(/-errors$/) },
            { AlarmName: expect.stringMatching(/-latency$/) },
          ],
        },
      },
    ]);
    // In the bakes, too.
    expect(invocations().filter((body) => JSON.stringify(body) === '{"text":"good"}').length).toBeGreaterThan(2);

    const third = await train('model-3', { [accuracy]: 0.952, 'validation:loss': 0.3 }, 'rejected', 'awaiting_approval');
    expect(third).toMatchObject({ status: 'rejected', gate: { verdict: 'failed', against: 'model-2' } });
    await notified('model-3', 'rejected');
    const events = new Set(notifications().map(({ type, data: { training_job_name: name } }) => `${name} ${type}`));
    expect([...events].toSorted()).toEqual([
      'model-1 deployment.approval_required',
      'model-1 deployment.deployed',
      'model-2 deployment.approval_required',
      'model-2 deployment.deployed',
      'model-3 deployment.rejected',
    ]);
    await eventually(() => simulator.alarms().length === 1, Boolean, { withinMs: 20_000, what: 'no guard alarm' });
    const endpoints = simulator.calls({ operation: 'CreateEndpoint' });
    expect(endpoints.map(({ name }) => name)).toEqual([endpointName]);
  });
});

interface Notified {
  type: string;
  data: Deployment & { links: { approval?: string } };
}

/** @throws where the signature is wrong. */
const verified = (secret: string, body: string, headers: object): Notified =>
  new Webhook(secret).verify(body, headers as Record<string, string>) as Notified;

/** A foreign alarm, of which the policy knows the name alone. */
async function putAlarm(endpoint: string, AlarmName: string): Promise<void> {
  const cloudWatch = new CloudWatch({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  });
  await cloudWatch.putMetricAlarm({
    AlarmName,
    Namespace: 'Checkout',
    MetricName: 'Errors',
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
  });
  cloudWatch.destroy();
}
