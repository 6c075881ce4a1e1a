import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../testkit/eventually.ts';
import type { Fault } from './faults.ts';
import type { Workload } from './workloads.ts';

/** A workload that is itself the fault. */
type LoadScenario = Workload & { inject: Fault };

const injectAtOnce: Fault = () => ({ injected: Promise.resolve(Date.now()), over: Promise.resolve(), remove: () => {} });

const withInjection = (workload: Workload, inject: Fault): LoadScenario => Object.assign(workload, { inject });

const scenarioMs = 8000;

/** SageMaker admits one call of each operation in two seconds, and later every call. */
export const throttledLoad = withInjection((system, name) => {
  const names = [1, 2, 3, 4, 5, 6].map((number) => `${name}-${number}`);
  return Promise.resolve({
    names,
    perform: async () => {
      await system.simulator.addFaults([{ kind: 'rate_limit', perSecond: 0.5 }]);
      await Promise.all([
        ...names.map((one) => system.client.bootstrap({ name: one, endpoint: `ep-${one}` })),
        delay(scenarioMs).then(() => system.simulator.clearFaults()),
      ]);
    },
    expects: names.map((one) => ({ name: one, status: ['completed'], deployment: ['deployed'] })),
    live: Object.fromEntries(names.map((one) => [`ep-${one}`, one])),
  });
}, injectAtOnce);

/** EventBridge's event of a completed training. */
export const completion = (name: string): object => ({
  version: '0',
  id: `${name}-${Math.random()}`,
  'detail-type': 'SageMaker Training Job State Change',
  source: 'aws.sagemaker',
  account: '123456789012',
  time: new Date().toISOString(),
  region: 'us-east-1',
  resources: [`arn:aws:sagemaker:us-east-1:123456789012:training-job/${name}`],
  detail: { TrainingJobName: name, TrainingJobStatus: 'Completed', SecondaryStatus: 'Completed', LastModifiedTime: Date.now() },
});

/** Four trainings for one endpoint complete, the newest first; each completion is reported by three events and two requests. */
export const reordered = withInjection(async (system, name) => {
  const endpoint = `ep-${name}`;
  const names = [1, 2, 3, 4].map((number) => `${name}-${number}`);
  const newest = `${name}-4`;
  const { trainingSeconds } = await system.simulator.settings({});
  await system.simulator.settings({ trainingSeconds: 3600 });
  for (const one of names) {
    await system.client.bootstrap({ name: one, endpoint });
    await eventually(
      () => system.client.run(one),
      (run) => run?.status === 'training',
    );
  }
  await system.simulator.settings({ trainingSeconds });
  return {
    names,
    perform: async () => {
      for (const one of names.toReversed()) {
        await system.simulator.complete(one);
        await Promise.all([
          ...[1, 2, 3].map(() => system.client.event(completion(one))),
          ...[1, 2].map(() => system.client.deploy(one)),
        ]);
      }
    },
    expects: names.map((one) => ({
      name: one,
      status: ['completed'],
      deployment: one === newest ? ['deployed'] : ['superseded', 'deployed', 'none'],
    })),
    live: { [endpoint]: newest },
  };
}, injectAtOnce);
