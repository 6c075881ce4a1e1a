import { eventually } from '../testkit/eventually.ts';
import type { PolicyName } from './delivery-policies.ts';
import type { CrashSystem } from './system.ts';
import type { ExpectedOutcome, RunExpectation } from './expected-outcome.ts';

/** What a client does while a fault is injected, and the expected outcome. */
export interface Work extends ExpectedOutcome {
  /** The fault waits for messages that contain one of these names. */
  names: readonly string[];
  /** Sends the client's requests. */
  perform: () => Promise<void>;
}

export interface Workload {
  (system: CrashSystem, name: string): Promise<Work>;
  /** Of its endpoint, which is `ep-` and the name. */
  policy?: PolicyName;
}

export const deployed = (name: string, more: Partial<RunExpectation> = {}): RunExpectation => ({
  name,
  status: ['completed'],
  deployment: ['deployed'],
  ...more,
});

/** Deploys a training, and waits until that is over. */
export async function deployAndWait(system: CrashSystem, name: string, endpoint: string): Promise<void> {
  await system.client.bootstrap({ name, endpoint });
  await eventually(
    () => system.client.run(name),
    (run) => run !== null && ['deployed', 'failed'].includes(run.deployment_status),
    { withinMs: 60_000, everyMs: 50, what: `the deployment of ${name}` },
  );
}

const longerSeconds = 4;

const start = async (system: CrashSystem, name: string, endpoint: string): Promise<void> => {
  const { status } = await system.client.bootstrap({ name, endpoint });
  if (status !== 202 && status !== 200) throw new Error(`bootstrap of ${name}: ${status}`);
};

/** A training for an endpoint that does not exist. */
export const create: Workload = (system, name) => {
  const endpoint = `ep-${name}`;
  return Promise.resolve({
    names: [name, endpoint],
    perform: () => start(system, name, endpoint),
    expects: [deployed(name)],
    live: { [endpoint]: name },
  });
};

/** The same, with a training that is described more than once, also by a slow worker. */
export const createLonger: Workload = async (system, name) => {
  const work = await create(system, name);
  return {
    ...work,
    perform: async () => {
      const { trainingSeconds } = await system.simulator.settings({});
      await system.simulator.settings({ trainingSeconds: longerSeconds });
      await work.perform();
      await system.simulator.settings({ trainingSeconds });
    },
  };
};

/** The same, where the service names the training job: only the Idempotency-Key identifies a repeated request. */
export const createUnnamed: Workload = (system, key) => {
  const endpoint = `ep-${key}`;
  const run = deployed('no response yet');
  const live: Record<string, string> = {};
  return Promise.resolve({
    names: [endpoint],
    perform: async () => {
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
  await deployAndWait(system, `${name}-old`, endpoint);
  return {
    names: [`${name}-new`, endpoint],
    perform: () => start(system, `${name}-new`, endpoint),
    expects: [deployed(`${name}-old`), deployed(`${name}-new`)],
    live: { [endpoint]: `${name}-new` },
  };
};

/** SageMaker throttles the API's CreateTrainingJob, so that a worker starts the training. */
export const throttled: Workload = async (system, name) => {
  await system.simulator.addFaults([{ kind: 'throttle', match: { operation: 'CreateTrainingJob', nameContains: name } }]);
  return create(system, name);
};

/**
 * SageMaker throttles the trainings before it, so that its request is held back: its check lies half a minute ahead, and the line of those
 * that wait for their start comes first.
 */
export const waitsInLine: Workload = async (system, name) => {
  const before = [1, 2].map((number) => `${name}-before-${number}`);
  await system.simulator.addFaults([
    { kind: 'throttle', match: { operation: 'CreateTrainingJob', nameContains: name }, times: 3 },
  ]);
  const work = await create(system, `${name}-last`);
  return {
    ...work,
    perform: async () => {
      for (const one of before) await system.client.bootstrap({ name: one, endpoint: `ep-${name}-before`, autoDeploy: false });
      await work.perform();
    },
    expects: [...before.map((one) => deployed(one, { deployment: ['none'] })), ...work.expects],
  };
};

/** The endpoint failed on creation: the service must delete it and create it again. */
export const replace: Workload = async (system, name) => {
  const endpoint = `ep-${name}`;
  await system.simulator.addFaults([{ kind: 'fail_endpoint', match: { operation: 'CreateEndpoint', nameContains: endpoint } }]);
  await deployAndWait(system, `${name}-old`, endpoint);
  return {
    names: [`${name}-new`, endpoint],
    perform: () => start(system, `${name}-new`, endpoint),
    expects: [deployed(`${name}-old`, { deployment: ['failed'], isOnFailedEndpoint: true }), deployed(`${name}-new`)],
    live: { [endpoint]: `${name}-new` },
  };
};

/** The endpoint scales, and has failed: the service must delete it, create it again, and put back how it scales. */
export const replaceScaled: Workload = async (system, name) => {
  const endpoint = `ep-${name}`;
  await deployAndWait(system, `${name}-old`, endpoint);
  await system.simulator.makeItScale(endpoint);
  await system.simulator.setEndpointStatus(endpoint, 'Failed');
  return {
    names: [`${name}-new`, endpoint],
    perform: () => start(system, `${name}-new`, endpoint),
    expects: [deployed(`${name}-old`, { isOnFailedEndpoint: true }), deployed(`${name}-new`)],
    live: { [endpoint]: `${name}-new` },
    scaling: [endpoint],
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
    names: [name, endpoint],
    perform: async () => void (await system.client.stop(name)),
    expects: [{ name, status: ['stopped'], deployment: ['none'] }],
    live: {},
  };
};

/** The same, where SageMaker refuses the API's StopTrainingJob, so that a worker repeats it. */
export const stopRefused: Workload = async (system, name) => {
  const match = { operation: 'StopTrainingJob', nameContains: name } as const;
  await system.simulator.addFaults([{ kind: 'error', match, status: 400, code: 'AccessDeniedException', message: 'not yet' }]);
  return stop(system, name);
};

/** A client forces the deployment of the older of two trainings. */
export const forced: Workload = async (system, name) => {
  const endpoint = `ep-${name}`;
  const older = `${name}-old`;
  await deployAndWait(system, older, endpoint);
  await deployAndWait(system, `${name}-new`, endpoint);
  return {
    names: [older, endpoint],
    perform: async () => {
      const { status } = await system.client.deploy(older, true);
      if (status !== 202 && status !== 200) throw new Error(`forced deploy of ${older}: ${status}`);
    },
    expects: [deployed(older, { requestedAtMost: 'deployments' }), deployed(`${name}-new`)],
    live: { [endpoint]: older },
  };
};

/** Two trainings for one endpoint that end together. */
export const pair: Workload = async (system, name) => {
  const endpoint = `ep-${name}`;
  await deployAndWait(system, `${name}-old`, endpoint);
  return {
    names: [`${name}-one`, `${name}-two`, endpoint],
    perform: async () => {
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
