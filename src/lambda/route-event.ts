import { namePattern } from '../core/sagemaker/names.ts';
import { isDeployUnwanted } from '../core/sagemaker/tags.ts';

/** What becomes of an event: a request to the service, or nothing. */
export type Route =
  | { kind: 'post'; path: string; body: string | null; about: Readonly<Record<string, string>> }
  | { kind: 'ignore'; why: string };

/**
 * A completed training job is deployed; every other state change goes to the service's POST /events as it came. So does the completed
 * training of a run that was started with auto_deploy=false, which its tags say: the service records it and deploys nothing. And one
 * whose tags were copied from another training, which the service leaves alone.
 *
 * Events of SageMaker are loose (fields may be null, tags a map or absent), so only what is needed is looked at.
 */
export function routeEvent(event: unknown): Route {
  const envelope = fieldsOf(event);
  const type = envelope['detail-type'];
  if (envelope['source'] !== 'aws.sagemaker' || typeof type !== 'string' || !/^SageMaker .+ State Change$/.test(type)) {
    return { kind: 'ignore', why: 'not a state change of SageMaker' };
  }
  const detail = fieldsOf(envelope['detail']);
  const { TrainingJobName: name } = detail;
  const isCompleted = type === 'SageMaker Training Job State Change' && detail['TrainingJobStatus'] === 'Completed';
  if (isCompleted && typeof name === 'string' && namePattern.test(name) && !isDeployUnwanted(tagsOf(detail), name)) {
    return { kind: 'post', path: `/deploy/${encodeURIComponent(name)}`, body: null, about: aboutOf(type, detail) };
  }
  return { kind: 'post', path: '/events', body: JSON.stringify(event), about: aboutOf(type, detail) };
}

const tagsOf = (detail: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fieldsOf(detail['Tags'])).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );

const loggedFields = {
  training_job_name: 'TrainingJobName',
  training_job_status: 'TrainingJobStatus',
  endpoint_name: 'EndpointName',
  endpoint_status: 'EndpointStatus',
} as const;

function aboutOf(type: string, detail: Readonly<Record<string, unknown>>): Record<string, string> {
  const fields = Object.entries(loggedFields).flatMap(([name, field]): [string, string][] => {
    const value = detail[field];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  return { detail_type: type, ...Object.fromEntries(fields) };
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
