/** The injection points of safe delivery, from the gate to the notification of the outcome. */
import type { SqlInjectionPoint } from './chaos-database.ts';
import {
  abortedInBake,
  abortedWhileAwaited,
  alarmed,
  approved,
  canary,
  canaryInPhases,
  expired,
  gateFailed,
  gatePassed,
  rejected,
  onlyNotified,
  receiverAway,
  verified,
  verifyFailed,
} from './delivery-workloads.ts';
import { heldAndReleased, rolledBackTo, taggedForGood } from './endpoint-workloads.ts';
import { call, command, notified, response, type Step, write, sends } from './injection-points.ts';

const turnedDown = sends('autodeploy:turned-down');
const live = sends('autodeploy:training-job-name');

/** From the gate to the claim of an approved deployment, and to the end of one that is turned down. */
export const judgingCalls: Step[] = [
  ...call('worker', 'AddTags', gateFailed, 'the gate rejects', turnedDown),
  ...call('worker', 'AddTags', expired, 'the approval expires', turnedDown),
  ...call('worker', 'CreateModel', gatePassed, 'the gate passes', { contains: /-new-/ }),
  ...call('worker', 'CreateModel', approved, 'approved'),
];

/** The job of one that awaits an approval. */
export const waitingCommands: Step[] = [
  ...command('worker', 'deploy/moveToDelayed', approved, 'an approval is awaited', { recorded: "status = 'awaiting_approval'" }),
  ...command('worker', 'deploy/moveToFinished', expired, 'the approval has expired', { recorded: "status = 'rejected'" }),
];

const phase = (status: string, note: string, workload = canaryInPhases): Step =>
  response('worker', 'sagemaker', { what: 'DescribeEndpoint', contains: new RegExp(`"Status":"${status}"`), note }, workload);

/** From the plan of a rollout to its end, by itself, by an alarm or by a person. */
export const rolloutCalls: Step[] = [
  ...call('worker', 'PutMetricAlarm', canary, 'the first guard alarm'),
  ...call('worker', 'PutMetricAlarm', canary, 'the second guard alarm', { nth: 2 }),
  ...call('worker', 'UpdateEndpoint', canary, 'a canary'),
  phase('Creating', 'that the new fleet launches'),
  phase('ActivatingTraffic', 'that traffic shifts'),
  phase('Baking', 'that the new fleet bakes'),
  ...call('worker', 'InvokeEndpoint', canary, 'in the bake'),
  ...call('worker', 'DescribeAlarms', canary, 'in the rollout'),
  response(
    'worker',
    'sagemaker',
    {
      what: 'DescribeEndpoint',
      contains: /"EndpointStatus":"InService".*"LastDeploymentConfig"|"LastDeploymentConfig".*"EndpointStatus":"InService"/s,
      note: 'that an alarm ended the rollout',
    },
    alarmed,
  ),
  ...call('worker', 'AddTags', alarmed, 'an alarm ended the rollout', turnedDown),
  ...call('worker', 'SetAlarmState', abortedInBake, 'aborted in the bake'),
  ...call('worker', 'AddTags', canary, 'the canary is live', live),
  ...call('worker', 'DeleteAlarms', canary, 'after the rollout'),
  ...call('worker', 'DeleteAlarms', alarmed, 'after an alarm ended the rollout'),
];

/** From the first request to the live endpoint to the end of the way back. */
export const verifyCalls: Step[] = [
  ...call('worker', 'InvokeEndpoint', verified, 'the first request'),
  ...call('worker', 'InvokeEndpoint', verified, 'the last request', { nth: 2 }),
  ...call('worker', 'AddTags', verified, 'verified', live),
  ...call('worker', 'InvokeEndpoint', verifyFailed, 'the last request, not as expected', { nth: 2 }),
  ...call('worker', 'UpdateEndpoint', verifyFailed, 'the way back', { recorded: "step = 'revert'" }),
  ...call('worker', 'DescribeEndpoint', verifyFailed, 'on the way back', {
    recorded: "step = 'revert' AND endpoint_change IS NOT NULL",
  }),
  ...call('worker', 'AddTags', verifyFailed, 'the way back is over', turnedDown),
];

/** A rollback by a person, by the worker that carries it out. */
export const returnCalls: Step[] = [
  ...call('worker', 'UpdateEndpoint', rolledBackTo, 'a rollback'),
  ...call('worker', 'AddTags', rolledBackTo, 'a rollback is live', live),
];

/** What people decide: between the row and the tag. */
export const decisionTagCalls: Step[] = [
  ...call('api', 'AddTags', rejected, 'a person rejects', turnedDown),
  ...call('api', 'AddTags', abortedWhileAwaited, 'a person aborts', turnedDown),
  ...call('api', 'AddTags', heldAndReleased, 'a hold', sends('autodeploy:hold')),
  ...call('api', 'DeleteTags', heldAndReleased, 'a release'),
  ...call('api', 'AddTags', rolledBackTo, 'a rollback', sends('autodeploy:rolled-back-at')),
  ...call('api', 'AddTags', rolledBackTo, 'what is rolled back from', turnedDown),
];

/** What people decide: between the row and the queue. */
export const decisionCommands: Step[] = [
  ...command('api', 'deploy/addStandardJob', approved, 'approved'),
  ...command('api', 'deploy/getState', approved, 'approved'),
  ...command('api', 'deploy/addStandardJob', heldAndReleased, 'released'),
  ...command('api', 'deploy/addStandardJob', rolledBackTo, 'a rollback'),
  ...command('api', 'deploy/addStandardJob', abortedInBake, 'aborted in the bake'),
];

/** The outbox: between the sending and the record. */
export const notifications: Step[] = [
  ...notified('worker', 'notification', onlyNotified, 'deployed', { contains: /"deployment\.deployed"/ }),
  ...notified('worker', 'notification', approved, 'an approval is required', { contains: /approval_required/ }),
  ...notified('worker', 'notification', rejected, 'rejected', { contains: /"deployment\.rejected"/ }),
];

const becomes = (to: string, from: string): string => `NEW.status = '${to}' AND OLD.status = '${from}'`;

export const deliveryWrites: Step<SqlInjectionPoint>[] = [
  write('deployments', 'UPDATE', 'NEW.gate IS NOT NULL AND OLD.gate IS NULL', gatePassed, 'the gate'),
  write('deployments', 'UPDATE', becomes('rejected', 'in_progress'), gateFailed, 'that the gate rejects'),
  write('deployments', 'UPDATE', becomes('awaiting_approval', 'in_progress'), approved, 'that an approval is awaited'),
  write(
    'deployments',
    'UPDATE',
    `${becomes('in_progress', 'queued')} AND NEW.approval IS NOT NULL`,
    approved,
    'the claim of an approved one',
  ),
  write('deployments', 'UPDATE', becomes('rejected', 'awaiting_approval'), expired, 'that the approval expired'),
  write('deployments', 'UPDATE', 'NEW.rollout IS NOT NULL AND OLD.rollout IS NULL', canary, 'the plan of the rollout'),
  write('deployments', 'UPDATE', "NEW.step = 'verify' AND OLD.step <> 'verify'", canary, 'that the rollout is over'),
  write(
    'deployments',
    'UPDATE',
    "NEW.verification LIKE '%passed%' AND OLD.verification NOT LIKE '%passed%'",
    verified,
    'that it is verified',
  ),
  write('deployments', 'UPDATE', "NEW.step = 'revert' AND OLD.step <> 'revert'", verifyFailed, 'the way back'),
  write(
    'deployments',
    'UPDATE',
    "NEW.step = 'revert' AND NEW.endpoint_change IS NOT NULL AND OLD.endpoint_change IS NULL",
    verifyFailed,
    'the change to request on the way back',
  ),
  write('deployments', 'UPDATE', becomes('rolled_back', 'in_progress'), verifyFailed, 'that the way back is over'),
  write('deployments', 'UPDATE', becomes('rolled_back', 'in_progress'), alarmed, 'that an alarm ended the rollout'),
];

/** The tables of safe delivery: holds, guard alarms, and the outbox. */
export const tableWrites: Step<SqlInjectionPoint>[] = [
  write('endpoints', 'INSERT', 'true', onlyNotified, 'what the tags of an endpoint say'),
  write('endpoints', 'UPDATE', 'OLD.tags_due AND NOT NEW.tags_due', taggedForGood, 'that an endpoint is tagged'),
  write('guard_alarms', 'INSERT', 'true', canary, 'the guard alarms'),
  write('guard_alarms', 'DELETE', 'true', canary, 'that the guard alarms are gone'),
  write('notifications', 'INSERT', "NEW.event = 'deployed'", onlyNotified, 'a notification'),
  write('notifications', 'UPDATE', 'NEW.ended_at IS NOT NULL', onlyNotified, 'that a notification is sent'),
  write('notifications', 'UPDATE', 'NEW.attempts > OLD.attempts', receiverAway, 'that a notification has failed'),
];

/** The decisions of people. */
export const decisionWrites: Step<SqlInjectionPoint>[] = [
  write('deployments', 'UPDATE', becomes('queued', 'awaiting_approval'), approved, 'an approval'),
  write('deployments', 'UPDATE', becomes('rejected', 'awaiting_approval'), rejected, 'a rejection'),
  write(
    'deployments',
    'UPDATE',
    'NEW.abort IS NOT NULL AND OLD.abort IS NULL',
    abortedWhileAwaited,
    'the abort of one that waits',
  ),
  write('deployments', 'UPDATE', 'NEW.abort IS NOT NULL AND OLD.abort IS NULL', abortedInBake, 'the abort of one in progress'),
  write('deployments', 'INSERT', "NEW.trigger = 'rollback'", rolledBackTo, 'a rollback'),
  write('endpoints', 'UPDATE', 'NEW.held_since IS NOT NULL AND OLD.held_since IS NULL', heldAndReleased, 'a hold'),
  write('endpoints', 'UPDATE', 'NEW.held_since IS NULL AND OLD.held_since IS NOT NULL', heldAndReleased, 'a release'),
  write(
    'endpoints',
    'UPDATE',
    'NEW.rolled_back_at IS NOT NULL AND OLD.rolled_back_at IS NULL',
    rolledBackTo,
    'when an endpoint is rolled back',
  ),
];
