/** The rows of safe delivery: gate, approval, rollout, verification, the way back, what people decide, and notifications. */
import {
  decisionCommands,
  decisionTagCalls,
  decisionWrites,
  deliveryWrites,
  judgingCalls,
  notifications,
  returnCalls,
  rolloutCalls,
  tableWrites,
  verifyCalls,
  waitingCommands,
} from './delivery-points.ts';
import { abortable, canary, canaryInPhases, verified } from './delivery-workloads.ts';
import { demoteRedis, lockDatabase, refuseCredentials } from './environment-faults.ts';
import { flushRedis, killInTransaction, killProcess, killRedis, loseMessage, onMessage, pauseProcess } from './faults.ts';
import type { Step } from './injection-points.ts';
import { rowsOf, type UnorderedRow } from './row.ts';
import type { CrashSystem } from './system.ts';
import type { Work } from './workloads.ts';

export const deliveryCalls: readonly Step[] = [...judgingCalls, ...rolloutCalls, ...verifyCalls, ...returnCalls];
const workerMessages = [...deliveryCalls, ...waitingCommands, ...notifications];
const decisions = [...decisionTagCalls, ...decisionCommands];
const isAfter = ({ point: { when } }: Step): boolean => when === 'after';
const isEffect = ({ point: { what } }: Step): boolean => /^(Create|Update|Delete|Add|Put|Set|notification)/.test(what);

/** The newest training of the work, whose deployment is in progress. */
async function abortNewest({ client }: CrashSystem, { expects }: Work): Promise<void> {
  const run = await client.run(expects.at(-1)?.name ?? '');
  const deployment = run?.deployments[0];
  if (deployment === undefined) throw new Error('there is no deployment to abort');
  const { status } = await client.abort(deployment.deployment_id);
  if (status !== 200) throw new Error(`the abort returned ${status}`);
}

const abort = onMessage((system, _process, _point, work) => ({ disposition: abortNewest(system, work).then(() => 'pass') }));

const abortAndKill = onMessage((system, process, _point, work) => ({
  disposition: abortNewest(system, work).then(() => {
    system.process(process).kill();
    return 'drop';
  }),
}));

/** Where a deployment that ends well can be aborted: the worker that has it does not know of that yet. */
const abortableCalls = deliveryCalls
  .filter(({ workload, point: { what } }) => [canary, canaryInPhases, verified].includes(workload) && what !== 'DeleteAlarms')
  .map((step) => ({ ...step, workload: abortable(step.workload) }));

/** A request that would undo what has happened to the endpoint meanwhile (the report lists these as not covered). */
const canBeHeld = ({ point: { what, when } }: Step): boolean => when === 'after' || what !== 'UpdateEndpoint';
/** One row is enough for the same call at another place. */
const alike =
  /^after (AddTags|DeleteAlarms)|\((the first request|the last request, not|the first guard|an approval is required|rejected\)|the way back is over|after the rollout)/;
/** What a worker that was paused may send, or continue from, when another one has ended the deployment. */
const pausable = [...judgingCalls, ...rolloutCalls, ...verifyCalls, ...returnCalls, ...notifications].filter(
  (step) => canBeHeld(step) && (isEffect(step) || /Invoke|returns/.test(step.title)) && !alike.test(step.title),
);

export const deliveryRows: readonly UnorderedRow[] = [
  ...rowsOf(
    'kill -9 of a worker',
    workerMessages,
    killProcess,
    /^after PutMetricAlarm takes effect \(the second|^before UpdateEndpoint is sent \(the way back/,
  ),
  ...rowsOf('kill -9 of a worker', [...deliveryWrites, ...tableWrites], killInTransaction),
  ...rowsOf('kill -9 of the API', decisions, killProcess, /^before deploy\/addStandardJob is sent \(approved/),
  ...rowsOf('kill -9 of the API', decisionWrites, killInTransaction),
  ...rowsOf('worker paused for longer than its job lock', pausable, pauseProcess),
  ...rowsOf('response lost', [...workerMessages, ...decisionTagCalls].filter(isAfter).filter(isEffect), loseMessage),
  ...rowsOf('a person aborts', abortableCalls, abort, /^after AddTags takes effect \(verified/),
  ...rowsOf('a person aborts, and kill -9 of the worker', abortableCalls.filter(isEffect), abortAndKill),
  ...rowsOf('kill -9 of Redis', [...waitingCommands, ...decisionCommands], killRedis),
  ...rowsOf('FLUSHALL of Redis', [...waitingCommands, ...decisionCommands], flushRedis),
  ...rowsOf('FLUSHALL of Redis', [...rolloutCalls, ...verifyCalls].filter(isAfter).filter(isEffect), flushRedis),
  ...rowsOf('Redis demoted to a replica, connections left open', decisionCommands.filter(isAfter), demoteRedis),
  ...rowsOf('database locked by another program', [...waitingCommands, ...decisions].filter(isAfter), lockDatabase),
  ...rowsOf(
    'credentials refused',
    deliveryCalls.filter((step) => !isAfter(step) && isEffect(step) && step.point.what !== 'CreateModel'),
    refuseCredentials,
  ),
];
