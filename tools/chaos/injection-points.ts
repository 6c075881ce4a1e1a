import type { SqlPlace } from './sqlite-trap.ts';
import type { Place } from './breakpoints.ts';
import {
  create,
  forced,
  pair,
  replace,
  rollback,
  stop,
  stopRefused,
  throttled,
  unnamed,
  update,
  type Workload,
} from './workloads.ts';

/** A boundary between two writes or calls, and the work in which it comes up. */
export interface Step<Where = Place> {
  title: string;
  workload: Workload;
  place: Where;
}

type Of = Place['of'];
type More = Pick<Place, 'says' | 'nth'>;

const whens = ['before', 'after'] as const;

/** Before and after a call of SageMaker. */
export const call = (of: Of, what: string, workload: Workload, note = '', more: More = {}): Step[] =>
  whens.map((when) => ({ title: titleOf(when, what, note), workload, place: { of, via: 'sagemaker', what, when, ...more } }));

/** Before and after a command to Redis. */
const command = (of: Of, what: string, workload: Workload, note = ''): Step[] =>
  whens.map((when) => ({ title: titleOf(when, what, note), workload, place: { of, via: 'redis', what, when } }));

/** When an answer says something. */
const response = (of: Of, via: Place['via'], what: string, says: RegExp, workload: Workload, note: string): Step => ({
  title: titleOf('after', what, note),
  workload,
  place: { of, via, what, when: 'after', says },
});

const titleOf = (when: string, what: string, note: string): string => `${when} ${what}${note === '' ? '' : ` (${note})`}`;

const completed = /"TrainingJobStatus":"Completed"/;
const inService = /"EndpointStatus":"InService"/;

/** From the request to the answer. */
export const apiSteps: Step[] = [
  ...call('api', 'CreateTrainingJob', unnamed),
  ...command('api', 'check-training/addDelayedJob', unnamed),
  ...command('api', 'check-training/getState', unnamed),
  ...call('api', 'StopTrainingJob', stop),
  ...command('api', 'deploy/addStandardJob', forced, 'forced'),
  ...command('api', 'deploy/getState', forced, 'forced'),
];

/** From the training's start to the recorded outcome: calls of SageMaker. */
export const workerCalls: Step[] = [
  ...call('worker', 'CreateTrainingJob', throttled, 'throttled at first'),
  ...call('worker', 'DescribeTrainingJob', create),
  response('worker', 'sagemaker', 'DescribeTrainingJob', completed, create, 'Completed'),
  ...call('worker', 'CreateModel', create),
  ...call('worker', 'DescribeEndpoint', update, 'to decide'),
  ...call('worker', 'CreateEndpointConfig', update),
  ...call('worker', 'CreateEndpoint', create),
  ...call('worker', 'UpdateEndpoint', update),
  ...call('worker', 'DescribeEndpoint', update, 'while it updates', { nth: 2 }),
  response('worker', 'sagemaker', 'DescribeEndpoint', inService, create, 'InService'),
  ...call('worker', 'DeleteEndpoint', replace, 'a Failed one'),
  ...call('worker', 'CreateEndpoint', replace, 'anew'),
  ...call('worker', 'DescribeModel', forced, 'exists already'),
  ...call('worker', 'DescribeEndpointConfig', forced, 'exists already'),
  ...call('worker', 'UpdateEndpoint', rollback, 'to be rolled back'),
  ...call('worker', 'UpdateEndpoint', pair, 'another deployment waits'),
  ...call('worker', 'StopTrainingJob', stopRefused, 'the API’s was refused'),
];

/** From the training's start to the recorded outcome: commands to Redis. */
export const workerCommands: Step[] = [
  response('worker', 'redis', 'check-training/moveToActive', /check-/, create, 'a job in hand'),
  ...command('worker', 'check-training/moveToDelayed', create),
  ...command('worker', 'deploy/addStandardJob', create),
  ...command('worker', 'deploy/getState', create),
  ...command('worker', 'check-training/moveToFinished', create),
  response('worker', 'redis', 'deploy/moveToActive', /deploy-/, create, 'a job in hand'),
  ...command('worker', 'deploy/moveToDelayed', update),
  ...command('worker', 'deploy/moveToFinished', update),
];

const write = (
  table: SqlPlace['table'],
  on: SqlPlace['on'],
  when: string,
  workload: Workload,
  title: string,
): Step<SqlPlace> => ({
  title: `within the transaction: ${title}`,
  workload,
  place: { table, on, when },
});

/** The writes of the API. */
export const apiWrites: Step<SqlPlace>[] = [
  write('training_runs', 'INSERT', 'true', unnamed, 'the run is recorded'),
  write('training_runs', 'UPDATE', "NEW.status = 'training' AND OLD.status = 'requested'", unnamed, 'requested → training'),
  write('training_runs', 'UPDATE', 'NEW.stop_requested_at IS NOT OLD.stop_requested_at', stop, 'a stop is asked for'),
  write('deployments', 'INSERT', 'NEW.forced', forced, 'a forced deployment is queued'),
];

export const workerWrites: Step<SqlPlace>[] = [
  write('training_runs', 'UPDATE', 'NEW.start_attempts > OLD.start_attempts', throttled, 'the start is in hand'),
  write('training_runs', 'UPDATE', "NEW.status = 'training' AND OLD.status = 'requested'", throttled, 'requested → training'),
  write('training_runs', 'UPDATE', 'NEW.secondary_status IS NOT OLD.secondary_status', create, 'the training’s phase'),
  write('training_runs', 'UPDATE', "NEW.status = 'completed'", create, 'training → completed'),
  write('deployments', 'INSERT', 'true', create, 'the deployment is queued'),
  write('deployments', 'UPDATE', "NEW.status = 'in_progress' AND OLD.status = 'queued'", create, 'queued → in_progress'),
  write('deployments', 'UPDATE', "NEW.step = 'endpoint_config' AND OLD.step = 'model'", create, 'the model is there'),
  write('deployments', 'UPDATE', "NEW.step = 'endpoint' AND OLD.step = 'endpoint_config'", create, 'the configuration is there'),
  write('deployments', 'UPDATE', 'NEW.requested_at IS NOT OLD.requested_at', create, 'what is about to be asked'),
  write('deployments', 'UPDATE', 'NEW.acknowledged_at IS NOT NULL AND OLD.acknowledged_at IS NULL', create, 'what was confirmed'),
  write('deployments', 'UPDATE', "NEW.status = 'deployed'", create, 'in_progress → deployed'),
  write('deployments', 'UPDATE', "NEW.status = 'rolled_back'", rollback, 'in_progress → rolled_back'),
  write('training_runs', 'UPDATE', "NEW.status = 'stopped'", stop, 'training → stopped'),
];
