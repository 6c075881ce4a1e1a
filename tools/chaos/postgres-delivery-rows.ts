/** Faults of PostgreSQL in each part of safe delivery, and of the commits that only it makes. */
import { cleanedUp } from './clean-up-workloads.ts';
import { approved, canary, gatePassed, onlyNotified, verified, verifyFailed } from './delivery-workloads.ts';
import { heldAndReleased, rolledBackTo } from './endpoint-workloads.ts';
import { killProcess, loseMessage } from './faults.ts';
import { call, command, commitOf, type Step, sends } from './injection-points.ts';
import { cutConnections, killPostgres, refuseWrites } from './postgres-faults.ts';
import { rowsOf, type UnorderedRow } from './row.ts';

const isAfter = ({ point: { when } }: Step): boolean => when === 'after';
const isBefore = (step: Step): boolean => !isAfter(step);

/** One of each part: gate, approval, rollout, verification, the way back, rollback, hold, clean-up. */
const parts: Step[] = [
  ...call('worker', 'CreateModel', gatePassed, 'the gate passes', { contains: /-new-/ }),
  ...command('worker', 'deploy/moveToDelayed', approved, 'an approval is awaited', { recorded: "status = 'awaiting_approval'" }),
  ...command('api', 'deploy/addStandardJob', approved, 'approved'),
  ...call('worker', 'PutMetricAlarm', canary, 'the second guard alarm', { nth: 2 }),
  ...call('worker', 'UpdateEndpoint', canary, 'a canary'),
  ...call('worker', 'InvokeEndpoint', verified, 'the last request', { nth: 2 }),
  ...call('worker', 'UpdateEndpoint', verifyFailed, 'the way back', { recorded: "step = 'revert'" }),
  ...call('api', 'AddTags', rolledBackTo, 'a rollback', sends('autodeploy:rolled-back-at')),
  ...call('api', 'AddTags', heldAndReleased, 'a hold', sends('autodeploy:hold')),
  ...call('worker', 'DeleteModel', cleanedUp, 'the clean-up', { contains: /-1-[0-9a-f]{10}/ }),
].filter(isAfter);

const sets = (column: string): RegExp => new RegExp(`"${column}" = \\$`);
/** Over the row that there is. */
const updates = (table: string, column: string): RegExp => new RegExp(`"${table}".* do update set .*"${column}"`, 's');

const ofWorker: Step[] = [
  ...commitOf('worker', gatePassed, 'the gate', { contains: sets('gate') }),
  ...commitOf('worker', approved, 'an approval is awaited', { contains: sets('approval') }),
  ...commitOf('worker', canary, 'the plan of the rollout', { contains: sets('rollout') }),
  ...commitOf('worker', canary, 'the guard alarms', { contains: /insert into "guard_alarms"/ }),
  ...commitOf('worker', verified, 'that it is verified', { contains: sets('verification'), nth: 2 }),
  ...commitOf('worker', verifyFailed, 'the way back', { contains: sets('revert') }),
  ...commitOf('worker', onlyNotified, 'that a notification is sent', { contains: /update "notifications"/, isUnnamed: true }),
  ...commitOf('worker', cleanedUp, 'that a deployment is cleaned up', { contains: sets('cleaned_up_at') }),
];
const ofApi: Step[] = [
  ...commitOf('api', approved, 'an approval', { contains: sets('approval') }),
  ...commitOf('api', heldAndReleased, 'a hold', { contains: updates('endpoints', 'held_since') }),
  ...commitOf('api', rolledBackTo, 'a rollback', { contains: updates('endpoints', 'rolled_back_at') }),
];
const commits = [...ofWorker, ...ofApi];

export const postgresDeliveryRows: readonly UnorderedRow[] = [
  ...rowsOf('kill -9 of PostgreSQL', parts, killPostgres),
  ...rowsOf('connections to PostgreSQL cut', parts, cutConnections),
  ...rowsOf('PostgreSQL read-only for 3 s', parts, refuseWrites),
  ...rowsOf('kill -9 of PostgreSQL', commits.filter(isBefore), killPostgres),
  ...rowsOf('commit lost on its way', commits.filter(isBefore), loseMessage),
  ...rowsOf('response of a commit lost', commits.filter(isAfter), loseMessage),
  ...rowsOf('kill -9 of a worker', ofWorker, killProcess),
  ...rowsOf('kill -9 of the API', ofApi, killProcess),
];
