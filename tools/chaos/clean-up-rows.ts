/** The rows of retention: from the observation of an endpoint to the record that a deployment is cleaned up. */
import type { SqlInjectionPoint } from './chaos-database.ts';
import { cleanedUp, rollBack, rolledBackMeanwhile } from './clean-up-workloads.ts';
import { refuseCredentials } from './environment-faults.ts';
import { killInTransaction, killProcess, loseMessage, onMessage, pauseProcess } from './faults.ts';
import { call, type Step, write } from './injection-points.ts';
import { rowsOf, type UnorderedRow } from './row.ts';

/** Only once the third is live: until then the endpoint and its resources are observed for the deployment itself. */
const whenLive = { recorded: "status = 'deployed' AND training_job_name LIKE '%-3'" };
const ofFirst = { ...whenLive, contains: /-1-[0-9a-f]{10}/ };

const observations: Step[] = [
  ...call('worker', 'DescribeEndpoint', cleanedUp, 'the clean-up looks at the endpoint', whenLive),
  ...call('worker', 'ListTags', cleanedUp, 'whether the configuration is its own', ofFirst),
].filter(({ point: { when } }) => when === 'after');

const deletions = (workload: Step['workload']): Step[] => [
  ...call('worker', 'DeleteEndpointConfig', workload, 'the clean-up', ofFirst),
  ...call('worker', 'DeleteModel', workload, 'the clean-up', ofFirst),
];

const isAfter = ({ point: { when } }: Step): boolean => when === 'after';

export const cleanUpWrites: Step<SqlInjectionPoint>[] = [
  write(
    'deployments',
    'UPDATE',
    'NEW.cleaned_up_at IS NOT NULL AND OLD.cleaned_up_at IS NULL',
    cleanedUp,
    'that a deployment is cleaned up',
  ),
];

/** The rollback is recorded before the message is passed on: a request that has left the process arrives after it. */
const rollBackMeanwhile = onMessage((system, _process, _point, work) => ({
  disposition: rollBack(system, work).then(() => 'pass'),
}));

const rollBackAndKill = onMessage((system, process, _point, work) => ({
  disposition: rollBack(system, work).then(() => {
    system.process(process).kill();
    return 'drop';
  }),
}));

export const cleanUpRows: readonly UnorderedRow[] = [
  ...rowsOf('kill -9 of a worker', [...observations, ...deletions(cleanedUp)], killProcess),
  ...rowsOf('kill -9 of a worker', cleanUpWrites, killInTransaction),
  ...rowsOf('response lost', deletions(cleanedUp).filter(isAfter), loseMessage),
  ...rowsOf('worker paused for longer than its job lock', deletions(cleanedUp).filter(isAfter), pauseProcess),
  ...rowsOf(
    'credentials refused',
    deletions(cleanedUp).filter((step) => !isAfter(step)),
    refuseCredentials,
  ),
  ...rowsOf('a person rolls back to what is cleaned up', deletions(rolledBackMeanwhile), rollBackMeanwhile),
  ...rowsOf(
    'a person rolls back to what is cleaned up, and kill -9 of the worker',
    deletions(rolledBackMeanwhile),
    rollBackAndKill,
  ),
];
