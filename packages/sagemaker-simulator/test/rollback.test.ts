import { expect, test, vi } from 'vitest';
import { createAlarmClient } from './harness.ts';
import { canary, describeLive, instances, percent, rolling, startLive, updateLive, watchUpdate } from './rollouts.ts';

const anAlarm = (AlarmName: string) => ({
  AlarmName,
  Namespace: 'Custom',
  MetricName: 'Errors',
  Statistic: 'Sum' as const,
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold' as const,
  TreatMissingData: 'notBreaching',
});

async function startAlarmed(options: Parameters<typeof startLive>[1] = {}) {
  const started = await startLive(4, options);
  const cloudWatch = createAlarmClient(started.simulator.url);
  await cloudWatch.putMetricAlarm(anAlarm('errors'));
  await cloudWatch.putMetricAlarm(anAlarm('other'));
  return { ...started, cloudWatch };
}

test('an alarm in a bake > moves all traffic back at its instant, and gives no reason', async () => {
  const { sagemaker, clock, simulator } = await startAlarmed();
  await updateLive(sagemaker, canary(percent(50), 300, 'other', 'errors'));
  clock.advance(100);
  simulator.forceAlarm('errors', { state: 'ALARM' });
  const alarmedAt = clock.now;
  clock.advance(1);
  expect(await describeLive(sagemaker)).toMatchObject({
    EndpointStatus: 'Updating',
    EndpointConfigName: 'one',
    ProductionVariants: [{ CurrentInstanceCount: 4, CurrentWeight: 1 }],
    PendingDeploymentSummary: {
      ProductionVariants: [
        {
          CurrentInstanceCount: 0,
          CurrentWeight: 0,
          VariantStatus: [{ Status: 'Deleting', StatusMessage: 'Terminating 4 instance(s).' }],
        },
      ],
    },
  });
  clock.advance(60);
  const back = await describeLive(sagemaker);
  expect(back).toMatchObject({
    EndpointStatus: 'InService',
    EndpointConfigName: 'one',
    LastModifiedTime: new Date(alarmedAt + 12_000),
    LastDeploymentConfig: canary(percent(50), 300, 'other', 'errors'),
  });
  expect([back.FailureReason, back.PendingDeploymentSummary]).toEqual([undefined, undefined]);
  expect(simulator.effects({ kind: 'rollout_alarmed' })).toEqual([
    { at: alarmedAt, kind: 'rollout_alarmed', name: 'live', detail: { alarm: 'errors' } },
  ]);
  expect(simulator.effects({ kind: 'endpoint_rolled_back' })).toHaveLength(1);
});

test('an alarm in a bake > counts also when no call came before the bake was over', async () => {
  const { sagemaker, clock, simulator, cloudWatch } = await startAlarmed();
  await updateLive(sagemaker, canary(percent(50), 300, 'errors'));
  clock.advance(100);
  await cloudWatch.setAlarmState({ AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'a test' });
  clock.advance(3000);
  expect(await describeLive(sagemaker)).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'one' });
  expect(simulator.effects({ kind: 'endpoint_in_service' })).toHaveLength(1);
});

test('an alarm > does nothing while instances launch, and everything in the wait before termination', async () => {
  const { sagemaker, clock, cloudWatch } = await startAlarmed({ settings: { rollbackReason: 'an alarm' } });
  await updateLive(sagemaker, canary(percent(50), 300, 'errors'));
  await cloudWatch.setAlarmState({ AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'too early' });
  clock.advance(20);
  clock.advance(680);
  expect((await describeLive(sagemaker)).PendingDeploymentSummary?.ProductionVariants).toMatchObject([
    { VariantStatus: [{ StatusMessage: expect.stringContaining('TerminationWaitInSeconds') }] },
  ]);
  await cloudWatch.setAlarmState({ AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'in time' });
  clock.advance(60);
  expect(await describeLive(sagemaker)).toMatchObject({ EndpointConfigName: 'one', FailureReason: 'an alarm' });
});

test('an alarm that rang before > ends the first bake; one that does not exist does nothing', async () => {
  const { sagemaker, clock, simulator } = await startAlarmed();
  simulator.forceAlarm('errors', { state: 'ALARM' });
  await updateLive(sagemaker, canary(percent(50), 300, 'other', 'unknown'));
  clock.advance(900);
  expect(await describeLive(sagemaker)).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'two' });
  const from = clock.now;
  await updateLive(sagemaker, canary(percent(50), 300, 'errors'), 'one');
  clock.advance(200);
  expect(await describeLive(sagemaker)).toMatchObject({
    EndpointConfigName: 'two',
    LastModifiedTime: new Date(from + 51_000 + 12_000),
  });
});

test('an alarm in a rolling update > launches the old instances again before the traffic goes back', async () => {
  const { sagemaker, clock, simulator } = await startAlarmed();
  await updateLive(sagemaker, rolling(instances(2), 60, 'errors'));
  clock.advance(120);
  simulator.forceAlarm('errors', { state: 'ALARM' });
  expect(await watchUpdate(sagemaker, clock)).toEqual([
    { at: 0, old: '2 at 1 Launching 2 instance(s).', new: '4 at 1' },
    { at: 48, old: '4 at 1', new: '0 at 0 Terminating 4 instance(s).' },
  ]);
  expect(await describeLive(sagemaker)).toMatchObject({
    EndpointConfigName: 'one',
    ProductionVariants: [{ CurrentInstanceCount: 4 }],
  });
});

test('fail_rollback > leaves a rolling update with a mix, which another update may replace', async () => {
  const { sagemaker, clock, simulator } = await startAlarmed();
  simulator.addFault({ kind: 'fail_rollback', reason: 'no capacity' });
  await updateLive(sagemaker, rolling(instances(2), 60, 'errors'));
  clock.advance(40);
  simulator.forceAlarm('errors', { state: 'ALARM' });
  clock.advance(100);
  const mixed = await describeLive(sagemaker);
  expect(mixed).toMatchObject({
    EndpointStatus: 'UpdateRollbackFailed',
    EndpointConfigName: 'one',
    FailureReason: 'no capacity',
  });
  expect(mixed.PendingDeploymentSummary).toBeUndefined();
  await updateLive(sagemaker);
  clock.advance(60);
  expect(await describeLive(sagemaker)).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'two' });
});

test('stall_update > ends at the time-out, back on the old configuration', async () => {
  const { sagemaker, clock, simulator } = await startAlarmed();
  simulator.addFault({ kind: 'stall_update' });
  await updateLive(sagemaker, canary(percent(50), 300));
  clock.advance(3599);
  expect((await describeLive(sagemaker)).EndpointStatus).toBe('Updating');
  clock.advance(13);
  expect(await describeLive(sagemaker)).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'one' });
});

test('UpdateEndpoint > ends at its time-out when the work takes too long', async () => {
  const { sagemaker, clock } = await startAlarmed({ settings: { endpointUpdateSeconds: 3000 } });
  await updateLive(sagemaker, canary(percent(50), 300));
  clock.advance(3599);
  expect((await describeLive(sagemaker)).EndpointStatus).toBe('Updating');
  clock.advance(1 + 600);
  expect(await describeLive(sagemaker)).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'one' });
});

test('roll_back_update > fails the health check of a later batch, too', async () => {
  const { sagemaker, clock, simulator } = await startAlarmed();
  simulator.addFault({ kind: 'roll_back_update', reason: 'no ping', afterBatches: 1 });
  await updateLive(sagemaker, rolling(instances(2), 60));
  const seen = await watchUpdate(sagemaker, clock);
  expect(seen.map(({ old }) => old.slice(0, 1))).toEqual(['4', '4', '4', '4', '2', '2', '4']);
  expect(await describeLive(sagemaker)).toMatchObject({ EndpointConfigName: 'one', FailureReason: 'no ping' });
});

test('an alarm > ends a rollout in real time while no call comes, and sends the event', async () => {
  const events: { EndpointStatus: string; EndpointConfigName: string }[] = [];
  const { createServer } = await import('node:http');
  const receiver = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      events.push((JSON.parse(text) as { detail: (typeof events)[number] }).detail);
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await vi.waitFor(() => expect(receiver.address()).not.toBeNull());
  const { port } = receiver.address() as { port: number };
  try {
    const { sagemaker, simulator, clock } = await startAlarmed({ settings: { endpointUpdateSeconds: 0 } });
    await updateLive(sagemaker, canary(percent(50), 300, 'errors'));
    const targets = [{ kind: 'http' as const, url: `http://127.0.0.1:${port}` }];
    simulator.changeSettings({ events: { targets, maxLateMs: 0, twice: 0, lost: 0 } });
    simulator.forceAlarm('errors', { state: 'ALARM' });
    clock.advance(1);
    await vi.waitFor(() => expect(events).toMatchObject([{ EndpointStatus: 'IN_SERVICE', EndpointConfigName: 'one' }]), 10_000);
  } finally {
    receiver.closeAllConnections();
    receiver.close();
  }
});
