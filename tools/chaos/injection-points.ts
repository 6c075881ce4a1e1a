import type { SqlInjectionPoint } from './chaos-database.ts';
import type { InjectionPoint } from './breakpoints.ts';
import { updateWithoutCapacity } from './environment-workloads.ts';
import { forcedLiveTagged, forcedTagged, removeTagged, rollbackTagged, stopTagged, updateTagged } from './tag-workloads.ts';
import {
  create,
  createLonger,
  createUnnamed,
  forced,
  pair,
  replace,
  replaceScaled,
  rollback,
  stop,
  stopRefused,
  throttled,
  update,
  type Workload,
} from './workloads.ts';

/** An injection point between two writes or calls, and the workload that reaches it. */
export interface Step<Point = InjectionPoint> {
  title: string;
  workload: Workload;
  point: Point;
}

type Sender = InjectionPoint['sender'];
type Via = InjectionPoint['via'];
type More = Pick<InjectionPoint, 'contains' | 'nth' | 'recorded' | 'isUnnamed'>;

const whens = ['before', 'after'] as const;

const titleOf = (when: 'before' | 'after', what: string, note: string): string =>
  `${when} ${what} ${when === 'before' ? 'is sent' : 'takes effect'}${note === '' ? '' : ` (${note})`}`;

const steps =
  (via: Via) =>
  (sender: Sender, what: string, workload: Workload, note = '', more: More = {}): Step[] =>
    whens.map((when) => ({ title: titleOf(when, what, note), workload, point: { sender, via, what, when, ...more } }));

/** Before a call of SageMaker is sent, and after it takes effect. */
export const call = steps('sagemaker');

/**
 * For faults of Redis and of the database, while the process that calls SageMaker lives: whether the call has taken effect by then makes no
 * difference to it, so that one row for each call is enough.
 */
export const oncePerCall = (all: readonly Step[]): Step[] =>
  all.filter(({ point: { via, when } }) => via !== 'sagemaker' || when === 'after');

/** What a call sends holds it; its response is on the next line. SageMaker's AddTags returns all tags of the resource. */
export const sends = (text: string): { contains: RegExp } => ({ contains: new RegExp(`^[^\\n]*${text}`) });

/** Before a command to Redis is sent, and after it takes effect. */
export const command = steps('redis');

/** Before a notification arrives, and after it has, before its response does. */
export const notified = steps('webhook');

/** Before a program's commit about a run is sent, and after it takes effect: which of them, from 1. */
export const commit = (sender: Sender, workload: Workload, nth: number, note: string): Step[] =>
  steps('postgres')(sender, 'commit', workload, note, { nth }).map((step) => ({
    ...step,
    title: step.title.replace('commit', `commit ${nth} of ${sender === 'api' ? 'the API' : 'a worker'}`),
  }));

/** Before the commit of a program's transaction that sends something is sent, and after it takes effect. */
export const commitOf = (
  sender: Sender,
  workload: Workload,
  note: string,
  more: More & Required<Pick<InjectionPoint, 'contains'>>,
): Step[] => steps('postgres')(sender, 'commit', workload, note, more);

/** When a response contains something, before it arrives. */
export const response = (
  sender: Sender,
  via: Via,
  { what, contains, note }: { what: string; contains: RegExp; note: string },
  workload: Workload,
): Step => ({ title: `after ${what} returns ${note}`, workload, point: { sender, via, what, when: 'after', contains } });

/** From the request to the response. */
export const apiSteps: Step[] = [
  ...call('api', 'CreateTrainingJob', createUnnamed),
  ...command('api', 'check-training/addDelayedJob', createUnnamed),
  ...command('api', 'check-training/getState', createUnnamed),
  ...call('api', 'StopTrainingJob', stop),
  ...command('api', 'deploy/addStandardJob', forced, 'forced'),
  ...command('api', 'deploy/getState', forced, 'forced'),
];

/** From the training's start to the recorded outcome: calls of SageMaker. */
export const workerCalls: Step[] = [
  ...call('worker', 'CreateTrainingJob', throttled, 'throttled at first'),
  ...call('worker', 'DescribeTrainingJob', create),
  response(
    'worker',
    'sagemaker',
    { what: 'DescribeTrainingJob', contains: /"TrainingJobStatus":"Completed"/, note: 'Completed' },
    create,
  ),
  ...call('worker', 'CreateModel', create),
  ...call('worker', 'DescribeEndpoint', update, 'before the update'),
  ...call('worker', 'CreateEndpointConfig', update),
  ...call('worker', 'CreateEndpoint', create),
  ...call('worker', 'UpdateEndpoint', update),
  ...call('worker', 'DescribeEndpoint', update, 'during the update', { nth: 2 }),
  response(
    'worker',
    'sagemaker',
    { what: 'DescribeEndpoint', contains: /"EndpointStatus":"InService"/, note: 'InService' },
    create,
  ),
  ...call('worker', 'DeleteEndpoint', replace, 'a Failed endpoint'),
  ...call('worker', 'CreateEndpoint', replace, 'in place of a Failed one'),
  ...call('worker', 'DescribeScalableTargets', replaceScaled, 'of a Failed endpoint'),
  ...call('worker', 'DeleteEndpoint', replaceScaled, 'a Failed endpoint that scales'),
  ...call('worker', 'RegisterScalableTarget', replaceScaled, 'of an endpoint that was created again'),
  ...call('worker', 'PutScalingPolicy', replaceScaled, 'of an endpoint that was created again'),
  ...call('worker', 'DescribeModel', forced, 'the model exists'),
  ...call('worker', 'DescribeEndpointConfig', forced, 'the configuration exists'),
  ...call('worker', 'UpdateEndpoint', rollback, 'SageMaker rolls it back'),
  ...call('worker', 'UpdateEndpoint', pair, 'another deployment waits'),
  ...call('worker', 'StopTrainingJob', stopRefused, "SageMaker refused the API's"),
];

/** Calls that write the tags from which a lost database is rebuilt. */
export const workerTagCalls: Step[] = [
  ...call('worker', 'AddTags', updateTagged, 'the training that is live', sends('autodeploy:training-job-name')),
  ...call('worker', 'AddTags', forcedTagged, 'forced, before the update', sends('autodeploy:forced')),
  ...call('worker', 'AddTags', forcedLiveTagged, 'forced, when live', sends('autodeploy:training-job-name')),
  ...call('worker', 'AddTags', rollbackTagged, 'the training is turned down', sends('autodeploy:turned-down')),
];

export const apiTagCalls: Step[] = [
  ...call('api', 'AddTags', stopTagged, 'the training is stopped', sends('autodeploy:turned-down')),
  ...call('api', 'AddTags', removeTagged, 'the run is removed', sends('autodeploy:turned-down')),
];

/** From the training's start to the recorded outcome: commands to Redis. */
export const workerCommands: Step[] = [
  response('worker', 'redis', { what: 'check-training/moveToActive', contains: /check-/, note: 'a job' }, create),
  ...command('worker', 'check-training/moveToDelayed', createLonger),
  ...command('worker', 'deploy/addStandardJob', create),
  ...command('worker', 'deploy/getState', create),
  ...command('worker', 'check-training/moveToFinished', create),
  response('worker', 'redis', { what: 'deploy/moveToActive', contains: /deploy-/, note: 'a job' }, create),
  ...command('worker', 'deploy/moveToDelayed', update),
  ...command('worker', 'deploy/moveToFinished', update),
];

/** Between the record of a delayed retry and the retry: the instant is persisted, its job is delayed only afterwards. */
export const retryCommands: Step[] = command('worker', 'deploy/moveToDelayed', updateWithoutCapacity, 'a retry is recorded', {
  recorded: 'retry_at IS NOT NULL',
});

export const write = (
  table: SqlInjectionPoint['table'],
  on: SqlInjectionPoint['on'],
  when: string,
  workload: Workload,
  title: string,
): Step<SqlInjectionPoint> => ({ title: `in the transaction that records ${title}`, workload, point: { table, on, when } });

/** The writes of the API. */
export const apiWrites: Step<SqlInjectionPoint>[] = [
  write('training_runs', 'INSERT', 'true', createUnnamed, 'the run'),
  write('training_runs', 'UPDATE', "NEW.status = 'training' AND OLD.status = 'requested'", createUnnamed, 'requested → training'),
  write('training_runs', 'UPDATE', 'NEW.stop_requested_at IS DISTINCT FROM OLD.stop_requested_at', stop, 'the request to stop'),
  write('deployments', 'INSERT', 'NEW.forced', forced, 'a forced deployment'),
];

export const workerWrites: Step<SqlInjectionPoint>[] = [
  write('training_runs', 'UPDATE', 'NEW.start_attempts > OLD.start_attempts', throttled, 'the start lease'),
  write('training_runs', 'UPDATE', "NEW.status = 'training' AND OLD.status = 'requested'", throttled, 'requested → training'),
  write('training_runs', 'UPDATE', 'NEW.secondary_status IS DISTINCT FROM OLD.secondary_status', create, 'the secondary status'),
  write('training_runs', 'UPDATE', "NEW.status = 'completed'", create, 'training → completed'),
  write('deployments', 'INSERT', 'true', create, 'the deployment'),
  write('deployments', 'UPDATE', "NEW.status = 'in_progress' AND OLD.status = 'queued'", create, 'queued → in_progress'),
  write('deployments', 'UPDATE', "NEW.step = 'endpoint_config' AND OLD.step = 'model'", create, 'that the model exists'),
  write(
    'deployments',
    'UPDATE',
    "NEW.step = 'endpoint' AND OLD.step = 'endpoint_config'",
    create,
    'that the configuration exists',
  ),
  write(
    'deployments',
    'UPDATE',
    "NEW.endpoint_change ->> 'requestedAt' IS DISTINCT FROM OLD.endpoint_change ->> 'requestedAt'",
    create,
    'the endpoint change to request',
  ),
  write(
    'deployments',
    'UPDATE',
    "NEW.endpoint_change ->> 'acknowledgedAt' IS NOT NULL AND OLD.endpoint_change ->> 'acknowledgedAt' IS NULL",
    create,
    'the acknowledgement',
  ),
  write('deployments', 'UPDATE', 'NEW.retry_at IS NOT NULL AND OLD.retry_at IS NULL', updateWithoutCapacity, 'a delayed retry'),
  write('deployments', 'UPDATE', "NEW.status = 'deployed'", create, 'in_progress → deployed'),
  write('deployments', 'UPDATE', "NEW.status = 'rolled_back'", rollback, 'in_progress → rolled_back'),
  write('training_runs', 'UPDATE', "NEW.status = 'stopped'", stop, 'training → stopped'),
];
