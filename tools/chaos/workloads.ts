import { eventually } from '../testkit/eventually.ts';
import type { CrashSystem } from './system.ts';
import type { RunExpectation } from './verdict.ts';

/** What is done to the service while a fault strikes, and what has to come of it. */
export interface Work {
  /** What the messages that the fault waits for speak of. */
  about: readonly string[];
  /** The client's part. */
  go: () => Promise<void>;
  expects: RunExpectation[];
  /** Which training each endpoint has to show in the end. */
  live: Readonly<Record<string, string>>;
}

export type Workload = (system: CrashSystem, name: string) => Promise<Work>;

export const deployed = (name: string, more: Partial<RunExpectation> = {}): RunExpectation => ({
  name,
  status: ['completed'],
  deployment: ['deployed'],
  ...more,
});

async function bringUp(system: CrashSystem, name: string, endpoint: string): Promise<void> {
  await system.client.bootstrap({ name, endpoint });
  await eventually(
    () => system.client.run(name),
    (run) => run !== null && ['deployed', 'failed'].includes(run.deployment_status),
    { withinMs: 60_000, everyMs: 50, what: `the deployment of ${name}` },
  );
}

const start = async (system: CrashSystem, name: string, endpoint: string): Promise<void> => {
  const { status } = await system.client.bootstrap({ name, endpoint });
  if (status !== 202 && status !== 200) throw new Error(`bootstrap of ${name}: ${status}`);
};

/** A training whose endpoint is still to be created. */
export const create: Workload = (system, name) => {
  const endpoint = `ep-${name}`;
  return Promise.resolve({
    about: [name, endpoint],
    go: () => start(system, name, endpoint),
    expects: [deployed(name)],
    live: { [endpoint]: name },
  });
};

/** The same, where the service makes the training job's name: only the Idempotency-Key says that a request is a repeated one. */
export const unnamed: Workload = (system, key) => {
  const endpoint = `ep-${key}`;
  const run = deployed('not answered yet');
  const live: Record<string, string> = {};
  return Promise.resolve({
    about: [endpoint],
    go: async () => {
      const { status, body } = await system.client.bootstrap({ key, endpoint });
      if (status !== 202 && status !== 200) throw new Error(`bootstrap for ${endpoint}: ${status}`);
      run.name = body.training_job_name;
      live[endpoint] = run.name;
    },
    expects: [run],
    live,
  });
};

/** A training for an endpoint that serves an older one. */
export const update: Workload = async (system, name) => {
  const endpoint = `ep-${name}`;
  await bringUp(system, `${name}-old`, endpoint);
  return {
    about: [`${name}-new`, endpoint],
    go: () => start(system, `${name}-new`, endpoint),
    expects: [deployed(`${name}-old`), deployed(`${name}-new`)],
    live: { [endpoint]: `${name}-new` },
  };
};

/** CreateTrainingJob is throttled when the API asks, so that a worker starts the training. */
export const throttled: Workload = async (system, name) => {
  await system.simulator.addFaults([{ kind: 'throttle', match: { operation: 'CreateTrainingJob', nameContains: name } }]);
  return create(system, name);
};

/** The endpoint failed when it was created: it has to be deleted and created anew. */
export const replace: Workload = async (system, name) => {
  const endpoint = `ep-${name}`;
  await system.simulator.addFaults([{ kind: 'fail_endpoint', match: { operation: 'CreateEndpoint', nameContains: endpoint } }]);
  await bringUp(system, `${name}-old`, endpoint);
  return {
    about: [`${name}-new`, endpoint],
    go: () => start(system, `${name}-new`, endpoint),
    expects: [deployed(`${name}-old`, { deployment: ['failed'] }), deployed(`${name}-new`)],
    live: { [endpoint]: `${name}-new` },
  };
};

/** SageMaker rolls the update back. */
export const rollback: Workload = async (system, name) => {
  const work = await update(system, name);
  const endpoint = `ep-${name}`;
  await system.simulator.addFaults([
    { kind: 'roll_back_update', match: { operation: 'UpdateEndpoint', nameContains: endpoint } },
  ]);
  return {
    ...work,
    expects: [deployed(`${name}-old`), deployed(`${name}-new`, { deployment: ['rolled_back'] })],
    live: { [endpoint]: `${name}-old` },
  };
};

/** A training that would take an hour is stopped. */
export const stop: Workload = async (system, name) => {
  const endpoint = `ep-${name}`;
  const { trainingSeconds } = await system.simulator.settings({});
  await system.simulator.settings({ trainingSeconds: 3600 });
  await start(system, name, endpoint);
  await eventually(
    () => system.client.run(name),
    (run) => run?.status === 'training',
  );
  await system.simulator.settings({ trainingSeconds });
  return {
    about: [name, endpoint],
    go: async () => void (await system.client.stop(name)),
    expects: [{ name, status: ['stopped'], deployment: ['none'] }],
    live: {},
  };
};

/** The same, where SageMaker refuses the API's StopTrainingJob, so that a worker asks again. */
export const stopRefused: Workload = async (system, name) => {
  const match = { operation: 'StopTrainingJob', nameContains: name } as const;
  await system.simulator.addFaults([{ kind: 'error', match, status: 400, code: 'AccessDeniedException', message: 'not yet' }]);
  return stop(system, name);
};

/** The older of two trainings is deployed once more, by force. */
export const forced: Workload = async (system, name) => {
  const endpoint = `ep-${name}`;
  const older = `${name}-old`;
  await bringUp(system, older, endpoint);
  await bringUp(system, `${name}-new`, endpoint);
  return {
    about: [older, endpoint],
    go: async () => {
      // Without an answer it is the client's to look whether the deployment is there.
      const { status } = await system.client.deploy(older, true);
      if (status !== 202 && status !== 200) throw new Error(`forced deploy of ${older}: ${status}`);
    },
    expects: [deployed(older, { requestedAtMost: 'deployments' }), deployed(`${name}-new`)],
    live: { [endpoint]: older },
  };
};

/** Two trainings that end together, for one endpoint. */
export const pair: Workload = async (system, name) => {
  const endpoint = `ep-${name}`;
  await bringUp(system, `${name}-old`, endpoint);
  return {
    about: [`${name}-one`, `${name}-two`, endpoint],
    go: async () => {
      await start(system, `${name}-one`, endpoint);
      await start(system, `${name}-two`, endpoint);
    },
    expects: [
      deployed(`${name}-old`),
      deployed(`${name}-one`, { deployment: ['deployed', 'superseded'] }),
      deployed(`${name}-two`),
    ],
    live: { [endpoint]: `${name}-two` },
  };
};

/** Without the database's record of it, a training that is not live any more is found to be out of date when it is found again. */
export const recordLost =
  (workload: Workload): Workload =>
  async (system, name) => {
    const work = await workload(system, name);
    const live = Object.values(work.live);
    const expects = work.expects.map((one) =>
      live.includes(one.name) ? one : { ...one, deployment: [...one.deployment, 'superseded'] },
    );
    return { ...work, expects };
  };
