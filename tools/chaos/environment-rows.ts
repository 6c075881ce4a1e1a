/** The rows of faults that operators have met. */
import { killProcess } from './faults.ts';
import { deleteCreated, demoteRedis, lockDatabase, refuseCredentials, starveRedis } from './environment-faults.ts';
import { liveConfigDeleted, createdThenDeleted, createWithoutCapacity, updateWithoutCapacity } from './environment-workloads.ts';
import { apiSteps, call, oncePerCall, type Step, workerCalls, workerCommands } from './injection-points.ts';
import { rowsOf, type UnorderedRow } from './row.ts';

/** Calls that recreate a resource or repeat a request, by a worker that may die in them. */
const repeatedCalls: Step[] = [
  ...call('worker', 'CreateModel', liveConfigDeleted, 'recreated for the live endpoint', { contains: /-old-/ }),
  ...call('worker', 'CreateEndpointConfig', liveConfigDeleted, 'recreated for the live endpoint', { contains: /-old-/ }),
  ...call('worker', 'UpdateEndpoint', liveConfigDeleted, 'refused, the live configuration is missing'),
  ...call('worker', 'UpdateEndpoint', liveConfigDeleted, 'repeated after it was refused', { nth: 2 }),
  ...call('worker', 'UpdateEndpoint', updateWithoutCapacity, 'without capacity'),
  ...call('worker', 'UpdateEndpoint', updateWithoutCapacity, 'repeated for capacity', { nth: 2 }),
  ...call('worker', 'CreateEndpoint', createWithoutCapacity, 'without capacity'),
  ...call('worker', 'DeleteEndpoint', createWithoutCapacity, 'it failed without capacity'),
  ...call('worker', 'CreateEndpoint', createWithoutCapacity, 'repeated for capacity', { nth: 2 }),
];

const beforeCallsOf = (steps: readonly Step[]): Step[] =>
  steps.filter(({ point: { via, when } }) => via === 'sagemaker' && when === 'before');

const commands: Step[] = [...apiSteps, ...workerCommands].filter(({ point: { via } }) => via === 'redis');
const effects: Step[] = [...apiSteps, ...workerCalls].filter(
  ({ point: { via, what } }) => via === 'sagemaker' && /^(Create|Update|Delete|Stop)/.test(what),
);

const duringDeployment: Step[] = [
  ...call('worker', 'CreateEndpointConfig', createdThenDeleted),
  ...call('worker', 'UpdateEndpoint', createdThenDeleted).filter(({ point: { when } }) => when === 'before'),
];

export const environmentRows: readonly UnorderedRow[] = [
  ...rowsOf(
    'Redis demoted to a replica, connections left open',
    oncePerCall([...commands, ...effects]),
    demoteRedis,
    /^after UpdateEndpoint takes effect$/,
  ),
  ...rowsOf('Redis out of memory', commands, starveRedis),
  ...rowsOf(
    'database locked by another program',
    oncePerCall([...apiSteps, ...workerCalls, ...workerCommands]),
    lockDatabase,
    /^after UpdateEndpoint takes effect$/,
  ),
  ...rowsOf('credentials refused', beforeCallsOf([...apiSteps, ...workerCalls]), refuseCredentials),
  ...rowsOf('the new model deleted', duringDeployment, deleteCreated('model')),
  ...rowsOf(
    'the new endpoint configuration deleted',
    duringDeployment.filter(({ point: { what } }) => what === 'UpdateEndpoint'),
    deleteCreated('endpoint_config'),
  ),
  ...rowsOf(
    'kill -9 of a worker that repeats a call',
    repeatedCalls,
    killProcess,
    /^after (UpdateEndpoint takes effect \(repeated after|CreateEndpoint takes effect \(repeated for)/,
  ),
];
