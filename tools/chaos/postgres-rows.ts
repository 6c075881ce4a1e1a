/** The rows that only PostgreSQL has: faults of its server, of the connections to it, and of single commits. */
import { killProcess, loseMessage } from './faults.ts';
import { apiSteps, commit, oncePerCall, retryCommands, type Step, workerCalls, workerCommands } from './injection-points.ts';
import { postgresDeliveryRows } from './postgres-delivery-rows.ts';
import { cutConnections, killPostgres, pausePostgres, refuseWrites, restartPostgres } from './postgres-faults.ts';
import { rowsOf, type UnorderedRow } from './row.ts';
import { create, forced, stop, update } from './workloads.ts';

/** The commits of one program about a run, by their number. */
const commitsOf = (sender: 'api' | 'worker', workload: Step['workload'], count: number, note: string): Step[] =>
  Array.from({ length: count }, (_, index) => commit(sender, workload, index + 1, note)).flat();

const apiCommits = [
  ...commitsOf('api', create, 2, 'a start'),
  ...commitsOf('api', stop, 1, 'a stop'),
  ...commitsOf('api', forced, 1, 'a forced deployment'),
];
const workerCommits = [...commitsOf('worker', create, 6, 'a first deployment'), ...commitsOf('worker', update, 6, 'an update')];
const commits = [...apiCommits, ...workerCommits];

const messages = oncePerCall([...apiSteps, ...workerCalls, ...workerCommands]);
const effects = messages.filter(({ point: { via, what } }) => via === 'sagemaker' && /^(Create|Update|Delete|Stop)/.test(what));
const commands = messages.filter(({ point: { via } }) => via === 'redis');
const isAfter = ({ point: { when } }: Step): boolean => when === 'after';

export const postgresRows: readonly UnorderedRow[] = [
  ...rowsOf('kill -9 of PostgreSQL', [...messages, ...retryCommands], killPostgres),
  ...rowsOf('kill -9 of PostgreSQL', commits, killPostgres, /^after commit 5 of a worker takes effect \(an update\)$/),
  ...rowsOf('PostgreSQL restarted, away for 3 s', [...effects, ...commands], restartPostgres),
  ...rowsOf('connections to PostgreSQL cut', [...messages, ...retryCommands], cutConnections),
  ...rowsOf('connections to PostgreSQL cut', commits, cutConnections),
  ...rowsOf('PostgreSQL read-only for 3 s', [...effects, ...commands], refuseWrites, /^after CreateTrainingJob takes effect$/),
  ...rowsOf('PostgreSQL paused for 3 s', effects, pausePostgres),
  ...rowsOf(
    'commit lost on its way',
    commits.filter((step) => !isAfter(step)),
    loseMessage,
  ),
  ...rowsOf(
    'response of a commit lost',
    commits.filter(isAfter),
    loseMessage,
    /^after commit (1 of the API|3 of a worker) .*(start|first deployment)\)$/,
  ),
  ...rowsOf('kill -9 of a worker', workerCommits, killProcess),
  ...rowsOf('kill -9 of the API', apiCommits, killProcess),
  ...postgresDeliveryRows,
];
