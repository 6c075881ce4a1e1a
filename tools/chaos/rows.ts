import {
  allOf,
  flushRedis,
  killInTransaction,
  killProcess,
  killRedis,
  loseMessage,
  pauseProcess,
  removeDatabase,
} from './faults.ts';
import { environmentRows } from './environment-rows.ts';
import { apiSteps, apiWrites, type Step, workerCalls, workerCommands, workerWrites } from './injection-points.ts';
import { reordered, throttledLoad } from './load-scenarios.ts';
import { type Row, rowsOf, type Unplaced } from './row.ts';
import type { Place } from './breakpoints.ts';
import { forced, pair, recordLost, rollback, throttled } from './workloads.ts';

const before = (place: Place): boolean => place.when === 'before';
const effects = /^(Create|Update|Delete|Stop)/;

const loseResponses = (steps: readonly Step[]): Unplaced[] =>
  rowsOf(
    'answer lost after the effect',
    steps.filter(({ place }) => !before(place) && effects.test(place.what)),
    loseMessage,
    /UpdateEndpoint$|after CreateTrainingJob$/,
  );

/** Killed when the worker starts the training, and the next one again while it finds out that it runs. */
const twice = (what: string): Unplaced => ({
  fault: 'kill -9 of two workers',
  step: `after CreateTrainingJob, and after ${what}`,
  workload: throttled,
  inject: allOf(
    killProcess({ of: 'worker', via: 'sagemaker', what: 'CreateTrainingJob', when: 'after' }),
    killProcess({ of: 'worker', via: 'sagemaker', what, when: 'after' }),
  ),
  short: false,
});

/** Only what SageMaker has can be found again: not that a stop was asked for, a deployment forced, or an update rolled back. */
const canBeFound = ({ place: { what, when }, workload }: Step): boolean =>
  when === 'after' && !/Stop|Delete/.test(what) && workload !== forced && workload !== rollback;

const removed = 'database file removed';

const removals = (steps: readonly Step[]): Unplaced[] =>
  rowsOf(
    removed,
    steps.filter(canBeFound).map((step) => ({ ...step, workload: recordLost(step.workload) })),
    removeDatabase,
    /^after CreateTrainingJob|^after UpdateEndpoint$/,
  );

/** Its last request is held up until it wakes: these would undo what has become of the endpoint meanwhile (the report leaves them out). */
const canBeHeldUp = ({ place: { what, when }, workload }: Step): boolean =>
  when === 'after' || !(what === 'DeleteEndpoint' || (what === 'UpdateEndpoint' && (workload === pair || workload === rollback)));

const workerSteps = [...workerCalls, ...workerCommands];
const allSteps = [...apiSteps, ...workerSteps];
const loadScenarios: Unplaced[] = [
  {
    fault: 'throttle storm',
    step: 'all calls, six trainings',
    workload: throttledLoad,
    inject: throttledLoad.inject,
    short: true,
  },
  {
    fault: 'duplicate and reordered completions',
    step: 'four trainings',
    workload: reordered,
    inject: reordered.inject,
    short: true,
  },
];

const all: Unplaced[] = [
  ...rowsOf(
    'kill -9 of the worker',
    workerSteps,
    killProcess,
    /^after (CreateModel|UpdateEndpoint|deploy\/addStandardJob)$|^before CreateEndpoint$/,
  ),
  ...rowsOf('kill -9 of the worker', workerWrites, killInTransaction),
  twice('DescribeTrainingJob'),
  twice('ListTags'),
  ...rowsOf('kill -9 of the API', apiSteps, killProcess, /(before|after) CreateTrainingJob$/),
  ...rowsOf('kill -9 of the API', apiWrites, killInTransaction),
  ...rowsOf('kill -9 of Redis', allSteps, killRedis, /^after UpdateEndpoint$/),
  ...rowsOf('FLUSHALL', allSteps, flushRedis, /^after (UpdateEndpoint|deploy\/addStandardJob)$/),
  ...rowsOf('worker paused past its lock', workerSteps.filter(canBeHeldUp), pauseProcess, /^before UpdateEndpoint$/),
  ...loseResponses(allSteps),
  ...removals(workerSteps),
  ...loadScenarios,
  ...environmentRows,
];

export const rows: readonly Row[] = all.map((row, order) => ({ ...row, losesRecords: row.fault === removed, order }));
