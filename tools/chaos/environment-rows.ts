/** The rows of what breaks in the field. */
import { killProcess } from './faults.ts';
import { deleteMade, demoteRedis, lockDatabase, refuseCredentials, starveRedis } from './environment-faults.ts';
import { cleanedUp, raided, shortCreate, shortUpdate } from './environment-workloads.ts';
import { apiSteps, call, type Step, workerCalls, workerCommands } from './injection-points.ts';
import { rowsOf, type Unplaced } from './row.ts';

/** What is made again, or asked for again, by a worker that may die at it. */
const recreations: Step[] = [
  ...call('worker', 'CreateModel', cleanedUp, 'of the live endpoint, again', { says: /-old-/ }),
  ...call('worker', 'CreateEndpointConfig', cleanedUp, 'of the live endpoint, again', { says: /-old-/ }),
  ...call('worker', 'UpdateEndpoint', cleanedUp, 'refused for what is missing'),
  ...call('worker', 'UpdateEndpoint', cleanedUp, 'after that', { nth: 2 }),
  ...call('worker', 'UpdateEndpoint', shortUpdate, 'without capacity'),
  ...call('worker', 'UpdateEndpoint', shortUpdate, 'after that', { nth: 2 }),
  ...call('worker', 'CreateEndpoint', shortCreate, 'without capacity'),
  ...call('worker', 'DeleteEndpoint', shortCreate, 'of one without capacity'),
  ...call('worker', 'CreateEndpoint', shortCreate, 'after that', { nth: 2 }),
];

const atCallsOf = (steps: readonly Step[]): Step[] =>
  steps.filter(({ place: { via, when } }) => via === 'sagemaker' && when === 'before');

const commands: Step[] = [...apiSteps, ...workerCommands].filter(({ place: { via } }) => via === 'redis');
const effects: Step[] = [...apiSteps, ...workerCalls].filter(
  ({ place: { via, what } }) => via === 'sagemaker' && /^(Create|Update|Delete|Stop)/.test(what),
);

const halfWay: Step[] = [
  ...call('worker', 'CreateEndpointConfig', raided),
  ...call('worker', 'UpdateEndpoint', raided).filter(({ place: { when } }) => when === 'before'),
];

export const environmentRows: readonly Unplaced[] = [
  ...rowsOf(
    'Redis demoted, connections left open',
    [...commands, ...effects],
    demoteRedis,
    /^after (UpdateEndpoint|deploy\/addStandardJob)$/,
  ),
  ...rowsOf('Redis without memory', commands, starveRedis, /^before deploy\/addStandardJob$/),
  ...rowsOf(
    'database locked by somebody',
    [...apiSteps, ...workerCalls, ...workerCommands],
    lockDatabase,
    /^after UpdateEndpoint$/,
  ),
  ...rowsOf('credentials refused', atCallsOf([...apiSteps, ...workerCalls]), refuseCredentials, /^before UpdateEndpoint$/),
  ...rowsOf('own model deleted', halfWay, deleteMade('model')),
  ...rowsOf(
    'own endpoint configuration deleted',
    halfWay.filter(({ place: { what } }) => what === 'UpdateEndpoint'),
    deleteMade('endpoint_config'),
    /UpdateEndpoint/,
  ),
  ...rowsOf('kill -9 of a worker that mends', recreations, killProcess, /recreations\)$|after that\)$/),
];
