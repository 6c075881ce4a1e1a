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
import type { Engine } from './chaos-database.ts';
import { cleanUpRows } from './clean-up-rows.ts';
import { deliveryRows } from './delivery-rows.ts';
import { feedRows } from './feed-rows.ts';
import { environmentRows } from './environment-rows.ts';
import { leaseRows } from './lease-rows.ts';
import {
  apiSteps,
  apiTagCalls,
  apiWrites,
  oncePerCall,
  retryCommands,
  type Step,
  workerCalls,
  workerCommands,
  workerTagCalls,
  workerWrites,
} from './injection-points.ts';
import { reordered, throttledLoad } from './load-scenarios.ts';
import { postgresRows } from './postgres-rows.ts';
import { rebuiltRows } from './rebuilt-rows.ts';
import { type Row, rowsOf, type UnorderedRow } from './row.ts';
import type { InjectionPoint } from './breakpoints.ts';
import { recordLost } from './record-lost.ts';
import { forced, pair, rollback, throttled } from './workloads.ts';

const isBefore = (point: InjectionPoint): boolean => point.when === 'before';
const effects = /^(Create|Update|Delete|Stop|Add)/;

const lostResponses = (steps: readonly Step[]): UnorderedRow[] =>
  rowsOf(
    'response lost',
    steps.filter(({ point }) => !isBefore(point) && effects.test(point.what)),
    loseMessage,
    /^after (UpdateEndpoint|CreateTrainingJob) takes effect$/,
  );

/** The worker that starts the training is killed, and so is the next one while it finds out that the training runs. */
const killTwice = (what: string): UnorderedRow => ({
  fault: 'kill -9 of two workers',
  step: `after CreateTrainingJob takes effect, and after ${what} does`,
  workload: throttled,
  inject: allOf(
    killProcess({ sender: 'worker', via: 'sagemaker', what: 'CreateTrainingJob', when: 'after' }),
    killProcess({ sender: 'worker', via: 'sagemaker', what, when: 'after' }),
  ),
  short: false,
});

/** A rebuilt database knows what SageMaker holds: not a requested stop, a forced deployment, or an update that was rolled back. */
const canBeRebuilt = ({ point: { what, when }, workload }: Step): boolean =>
  when === 'after' && !/Stop|Delete/.test(what) && workload !== forced && workload !== rollback;

const databaseRemoved: Record<Engine, string> = {
  sqlite: 'database file removed',
  postgres: 'database dropped, and the programs restarted',
};

const databaseRemovals = (engine: Engine, steps: readonly Step[]): UnorderedRow[] =>
  rowsOf(
    databaseRemoved[engine],
    steps.filter(canBeRebuilt).map((step) => ({ ...step, workload: recordLost(step.workload) })),
    removeDatabase,
    /^after UpdateEndpoint takes effect$/,
  );

/**
 * The paused worker sends its held request when it resumes: these requests would undo what has happened to the endpoint meanwhile (the
 * report lists them as not covered).
 */
const canBeHeld = ({ point: { what, when }, workload }: Step): boolean =>
  when === 'after' || !(what === 'DeleteEndpoint' || (what === 'UpdateEndpoint' && (workload === pair || workload === rollback)));

const workerSteps = [...workerCalls, ...workerCommands];
const allSteps = [...apiSteps, ...workerSteps];
const loadScenarios: UnorderedRow[] = [
  {
    fault: 'SageMaker throttles every operation',
    step: 'all calls of six trainings',
    workload: throttledLoad,
    inject: throttledLoad.inject,
    short: true,
  },
  {
    fault: 'duplicate and reordered completions',
    step: 'four trainings for one endpoint',
    workload: reordered,
    inject: reordered.inject,
    short: true,
  },
];

const rowsOn = (engine: Engine): UnorderedRow[] => [
  ...rowsOf(
    'kill -9 of a worker',
    workerSteps,
    killProcess,
    /^after (UpdateEndpoint|deploy\/addStandardJob) takes effect$|^before CreateEndpoint is sent$/,
  ),
  ...rowsOf('kill -9 of a worker', [...workerTagCalls, ...retryCommands], killProcess),
  ...rowsOf('kill -9 of a worker', workerWrites, killInTransaction),
  killTwice('DescribeTrainingJob'),
  killTwice('ListTags'),
  ...rowsOf('kill -9 of the API', apiSteps, killProcess, /^after CreateTrainingJob/),
  ...rowsOf('kill -9 of the API', apiTagCalls, killProcess, /^before AddTags is sent \(the training/),
  ...rowsOf('kill -9 of the API', apiWrites, killInTransaction),
  ...rowsOf('kill -9 of Redis', oncePerCall([...allSteps, ...retryCommands]), killRedis, /^after UpdateEndpoint takes effect$/),
  ...rowsOf(
    'FLUSHALL of Redis',
    oncePerCall([...allSteps, ...retryCommands]),
    flushRedis,
    /^after deploy\/addStandardJob takes effect$/,
  ),
  ...rowsOf(
    'worker paused for longer than its job lock',
    workerSteps.filter(canBeHeld),
    pauseProcess,
    /^before UpdateEndpoint is sent$/,
  ),
  ...lostResponses([...allSteps, ...apiTagCalls, ...workerTagCalls]),
  ...databaseRemovals(engine, workerSteps),
  ...loadScenarios,
  ...environmentRows,
  ...feedRows,
  ...leaseRows,
  ...deliveryRows,
  ...cleanUpRows,
  ...rebuiltRows(databaseRemoved[engine]),
  ...(engine === 'postgres' ? postgresRows : []),
];

/** All rows of an engine, in the order of the report. */
export const rowsOfEngine = (engine: Engine): Row[] =>
  rowsOn(engine).map((row, order) => ({ ...row, losesRecords: row.fault === databaseRemoved[engine], order }));
