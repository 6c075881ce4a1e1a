/** Workloads of safe delivery: what a policy, or a person, makes of a training. A receiver is notified of each. */
import { setTimeout as delay } from 'node:timers/promises';
import { tagKeys } from '../../src/core/sagemaker/tags.ts';
import { eventually } from '../testkit/eventually.ts';
import { accuracy, type PolicyName } from './delivery-policies.ts';
import type { ExpectedTag } from './expected-outcome.ts';
import type { RunDetails, ServiceResponse } from './service-client.ts';
import type { CrashSystem } from './system.ts';
import { create, deployed, update, type Work, type Workload } from './workloads.ts';

/** Gives the endpoint of the workload a delivery policy. */
export const under = (policy: PolicyName, workload: Workload): Workload =>
  Object.assign(
    async (system: CrashSystem, name: string): Promise<Work> => ({ ...(await workload(system, name)), isNotified: true }),
    {
      policy,
    },
  );

const waitMs = 80_000;
/** Longer than a try takes to fail. */
const receiverAwayMs = 2000;

/** The run, once it is so far. */
export const runThat = async (system: CrashSystem, name: string, is: (run: RunDetails) => boolean): Promise<RunDetails> => {
  const wanted = { withinMs: waitMs, everyMs: 50, what: `${name} so far` };
  const run = await eventually(
    () => system.client.run(name),
    (one) => one !== null && is(one),
    wanted,
  );
  if (run === null) throw new Error(`no run ${name}`);
  return run;
};

export const isOver = (run: RunDetails | null): boolean =>
  run !== null && ['rejected', 'rolled_back', 'deployed'].includes(run.deployment_status);

export const newestOf = ({ deployments: [newest] }: RunDetails): string => newest?.deployment_id ?? '';

export const accept = async (response: Promise<ServiceResponse<unknown>>, statuses: readonly number[] = [200]): Promise<void> => {
  const { status, body } = await response;
  if (!statuses.includes(status)) throw new Error(`the service returned ${status}: ${JSON.stringify(body)}`);
};

export const turnedDown = (trainingJobName: string, value: string | RegExp): ExpectedTag => ({
  resource: `training-job/${trainingJobName}`,
  key: tagKeys.turnedDown,
  value,
});

export const onEndpoint = (name: string, key: string, value: RegExp | null): ExpectedTag => ({
  resource: `endpoint/ep-${name}`,
  key,
  value,
});

type Decide = (system: CrashSystem, deploymentId: string) => Promise<ServiceResponse<unknown>>;

/** A person decides about a training for an endpoint that does not exist, once the service asks. */
const decidedBy =
  (decide: Decide, deployment: 'deployed' | 'rejected'): Workload =>
  async (system, name) => {
    const work = await create(system, name);
    const isRejected = deployment === 'rejected';
    return {
      ...work,
      perform: async () => {
        await work.perform();
        const run = await runThat(system, name, ({ deployment_status: status }) => status === 'awaiting_approval');
        await accept(decide(system, newestOf(run)));
      },
      expects: [deployed(name, { deployment: [deployment] })],
      live: isRejected ? {} : work.live,
      tags: isRejected ? [turnedDown(name, 'person')] : [],
    };
  };

export const approved = under(
  'approval',
  decidedBy(({ client }, id) => client.approve(id), 'deployed'),
);

export const rejected = under(
  'approval',
  decidedBy(({ client }, id) => client.reject(id), 'rejected'),
);

export const abortedWhileAwaited = under(
  'approval',
  decidedBy(({ client }, id) => client.abort(id), 'rejected'),
);

/** The approval expires. */
export const expired = under('expiry', async (system, name) => ({
  ...(await create(system, name)),
  expects: [deployed(name, { deployment: ['rejected'] })],
  live: {},
  tags: [turnedDown(name, 'person')],
}));

/** The new training reaches so much; the old one 0.9. */
const judged = (reached: number, expectation: (name: string) => Partial<Work>): Workload =>
  under('gate', async (system, name) => {
    await system.simulator.settings({ finalMetrics: { [accuracy]: 0.9 } });
    const work = await update(system, name);
    await system.simulator.settings({ finalMetrics: { [accuracy]: reached } });
    return { ...work, ...expectation(name) };
  });

export const gatePassed = judged(0.95, () => ({}));

/** What the new training ends as, while the old one serves at the end. */
const oldServes = (name: string, deployment: readonly string[], tag: string | RegExp): Partial<Work> => ({
  // The way back is one more change to the old one.
  expects: [deployed(`${name}-old`, { requestedAtMost: 'twice' }), deployed(`${name}-new`, { deployment })],
  live: { [`ep-${name}`]: `${name}-old` },
  tags: [turnedDown(`${name}-new`, tag)],
});

export const gateFailed = judged(0.5, (name) => oldServes(name, ['rejected'], 'gate'));

export const canary = under('canary', update);

/** A shift of the traffic takes a twentieth of it. */
const inPhasesSeconds = 20;

/** The same, so slowly that every phase is observed, also by a slow worker. */
export const canaryInPhases = under('canary', async (system, name) => {
  const work = await update(system, name);
  const { endpointUpdateSeconds } = await system.simulator.settings({});
  return {
    ...work,
    perform: async () => {
      await system.simulator.settings({ endpointUpdateSeconds: inPhasesSeconds });
      try {
        await work.perform();
        await runThat(system, `${name}-new`, isOver);
      } finally {
        await system.simulator.settings({ endpointUpdateSeconds });
      }
    },
  };
});

export const verified = under('verify', update);

/** The new model responds otherwise than expected. */
export const verifyFailed = under('verify', async (system, name) => {
  const work = await update(system, name);
  await system.simulator.setModelBehavior(`${name}-new`, { body: 'nonsense' });
  return { ...work, ...oldServes(name, ['rolled_back'], 'rolled_back') };
});

/** The new fleet errs: its guard alarm goes off as soon as there is one, and stays on. */
export const alarmed = under('canary', async (system, name) => {
  const work = await update(system, name);
  const newest = `${name}-new`;
  return {
    ...work,
    ...oldServes(name, ['rolled_back'], 'rolled_back'),
    perform: async () => {
      await work.perform();
      const wanted = { withinMs: waitMs, everyMs: 50, what: `the alarm of ${newest}` };
      await eventually(
        async () => {
          const run = await system.client.run(newest);
          const id = run === null ? '' : newestOf(run);
          const own = (await system.simulator.alarms()).filter((alarm) => id !== '' && alarm.name.includes(id));
          for (const { name: alarm } of own) await system.simulator.forceAlarm(alarm, 'ALARM').catch(() => undefined);
          return isOver(run);
        },
        Boolean,
        wanted,
      );
    },
  };
});

/** A person ends the deployment while the new fleet bakes. */
export const abortedInBake = under('slowCanary', async (system, name) => {
  const work = await update(system, name);
  return {
    ...work,
    ...oldServes(name, ['rolled_back'], /^(person|rolled_back)$/),
    perform: async () => {
      await work.perform();
      const run = await runThat(system, `${name}-new`, (one) => one.deployments[0]?.rollout?.phase === 'baking' || isOver(one));
      await accept(system.client.abort(newestOf(run)));
    },
  };
});

/** The fault ends the deployment, wherever it is: before it touches the endpoint as rejected, afterwards as rolled back. */
export const abortable = (workload: Workload): Workload =>
  Object.assign(
    async (system: CrashSystem, name: string): Promise<Work> => ({
      ...(await workload(system, name)),
      ...oldServes(name, ['rejected', 'rolled_back'], /^(person|rolled_back)$/),
    }),
    { policy: workload.policy },
  );

/** Nothing but notifications. */
export const onlyNotified = under('notified', create);

/** The receiver takes the first try of none. */
export const receiverAway = under('notified', async (system, name) => {
  const work = await create(system, name);
  return {
    ...work,
    perform: async () => {
      system.receiver.isAway = true;
      try {
        await work.perform();
        await runThat(system, name, isOver);
        await delay(receiverAwayMs);
      } finally {
        system.receiver.isAway = false;
      }
    },
  };
});
