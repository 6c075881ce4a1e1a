/** One trace of a run that is over: the run, its training and its deployments, and their phases, waits and steps. */
import type { Deployment, DeploymentStatus } from '../deployment/deployment.ts';
import { type Bar, type Lane, toneOfBar } from '../timeline/bar.ts';
import type { TimeLine } from '../timeline/time-line.ts';
import { callerSpanOf } from '../trace-parent.ts';
import type { TrainingRun, TrainingRunStatus } from '../training/training-run.ts';
import type { Attributes, Span, SpanContext } from './span.ts';

/** Returns the id of a trace or a span by what it is of: always the same, so that a trace that is sent again is the same trace. */
export type IdOf = (kind: 'trace' | 'span', of: string) => string;

/** The root of a run's trace, which other traces may link to. */
const rootOf = ({ runId, traceParent }: TracedId, idOf: IdOf): SpanContext => ({
  traceId: callerSpanOf(traceParent)?.traceId ?? idOf('trace', runId),
  spanId: idOf('span', runId),
});

/** What the ids of a run's trace follow from. */
export type TracedId = Pick<TrainingRun, 'runId' | 'traceParent'>;

export interface TracedRun {
  run: TrainingRun;
  deployments: readonly Deployment[];
  timeLine: TimeLine;
  /** Of other runs, by deployment: what it goes back to, or what superseded it. */
  related: ReadonlyMap<string, TracedId & { relation: 'restores' | 'superseded_by' }>;
  /** What the API's paths follow, without a slash at its end. */
  linkBase: string;
}

/** The results of OpenTelemetry's conventions for CI/CD (cicd.pipeline.result) that an end stands for. */
const results: Record<TrainingRunStatus | DeploymentStatus, string> = {
  requested: 'success',
  training: 'success',
  completed: 'success',
  failed: 'failure',
  stopped: 'cancellation',
  timed_out: 'timeout',
  queued: 'success',
  awaiting_approval: 'success',
  in_progress: 'success',
  deployed: 'success',
  rolled_back: 'failure',
  superseded: 'skip',
  rejected: 'cancellation',
};
const isFailure = (status: TrainingRunStatus | DeploymentStatus): boolean => ['failure', 'timeout'].includes(results[status]);

export function spansOfRun(traced: TracedRun, idOf: IdOf): Span[] {
  const { run, deployments, timeLine } = traced;
  const root = rootOf(run, idOf);
  const newest = deployments.toSorted((one, other) => other.attempts - one.attempts)[0];
  const end = newest?.status ?? run.status;
  const span = (of: string, parentSpanId: string | null, fields: Omit<Span, 'traceId' | 'spanId' | 'parentSpanId'>): Span => ({
    ...fields,
    traceId: root.traceId,
    spanId: of === '' ? root.spanId : idOf('span', `${run.runId} ${of}`),
    parentSpanId,
  });
  const ofLane = (lane: Lane, parentSpanId: string): Span[] => {
    const of = lane.deploymentId ?? 'training';
    const own = deployments.find(({ deploymentId }) => deploymentId === lane.deploymentId);
    const fields = own === undefined ? trainingFields(run) : deploymentFields(own, traced, idOf);
    const parent = span(of, parentSpanId, { ...fields, from: lane.from, to: lane.to });
    const bars = lane.bars.map((bar, index) => span(`${of} ${index}`, parent.spanId, barFields(bar)));
    return [parent, ...bars];
  };
  return [
    span('', callerSpanOf(run.traceParent)?.spanId ?? null, {
      name: 'run',
      from: timeLine.from,
      to: timeLine.to,
      attributes: {
        ...present({
          'cicd.pipeline.name': run.project,
          'cicd.pipeline.run.id': run.runId,
          'cicd.pipeline.result': results[end],
          'url.full': `${traced.linkBase}/training-jobs/${encodeURIComponent(run.trainingJobName)}`,
          'autodeploy.reason': run.reason,
        }),
        ...ofRun(run),
        'autodeploy.deployment_status': newest?.status ?? 'none',
      },
      links: [],
      error: isFailure(end) ? (newest?.failureReason ?? run.failureReason ?? end) : null,
    }),
    ...[timeLine.training, ...timeLine.deployments].flatMap((lane) => ofLane(lane, root.spanId)),
  ];
}

type Fields = Pick<Span, 'name' | 'attributes' | 'links' | 'error'>;

const ofRun = ({ trainingJobName, trainingJobArn, endpointName, status, requestedBy }: TrainingRun): Attributes =>
  present({
    'autodeploy.training_job_name': trainingJobName,
    'autodeploy.training_job_arn': trainingJobArn,
    'autodeploy.endpoint_name': endpointName,
    'autodeploy.status': status,
    'autodeploy.requested_by': requestedBy,
  });

const trainingFields = (run: TrainingRun): Fields => ({
  name: 'training',
  attributes: { ...ofRun(run), ...present({ 'error.type': run.failureKind, 'autodeploy.detected_by': run.finishedBy }) },
  links: [],
  error: isFailure(run.status) ? (run.failureReason ?? run.status) : null,
});

function deploymentFields(own: Deployment, { related, linkBase }: TracedRun, idOf: IdOf): Fields {
  const other = related.get(own.deploymentId);
  const { approval } = own;
  return {
    name: 'deployment',
    attributes: present({
      'deployment.id': own.deploymentId,
      'deployment.name': own.endpointName,
      'deployment.status': own.status === 'deployed' ? 'succeeded' : 'failed',
      'url.full': `${linkBase}/deployments/${encodeURIComponent(own.deploymentId)}`,
      'error.type': own.failureKind,
      'autodeploy.status': own.status,
      'autodeploy.attempt': own.attempts,
      'autodeploy.trigger': own.trigger,
      'autodeploy.forced': own.forced,
      'autodeploy.model_name': own.modelName,
      'autodeploy.endpoint_config_name': own.endpointConfigName,
      'autodeploy.requested_by': own.requestedBy,
      'autodeploy.reason': own.reason,
      'autodeploy.gate': own.gate?.verdict ?? null,
      'autodeploy.approval.status': approval?.status ?? null,
      'autodeploy.approval.by': approval?.by ?? null,
      'autodeploy.approval.reason': approval?.reason ?? null,
      'autodeploy.rollout.strategy': own.rollout?.strategy ?? null,
      'autodeploy.verification': own.verification?.status ?? null,
      'autodeploy.superseded_by': own.supersededBy,
    }),
    links: other === undefined ? [] : [{ ...rootOf(other, idOf), attributes: { 'autodeploy.relation': other.relation } }],
    error: isFailure(own.status) ? (own.failureReason ?? own.status) : null,
  };
}

const barFields = (bar: Bar): Omit<Span, 'traceId' | 'spanId' | 'parentSpanId'> => ({
  name: bar.kind,
  from: bar.from,
  to: bar.to,
  attributes: present({
    'cicd.pipeline.task.name': bar.label,
    'autodeploy.tone': toneOfBar(bar),
    'autodeploy.detail': bar.detail,
    'autodeploy.actor': bar.actor,
    'autodeploy.by': bar.by,
  }),
  links: [],
  error: toneOfBar(bar) === 'error' ? (bar.detail ?? bar.label) : null,
});

const present = (values: Readonly<Record<string, string | number | boolean | null>>): Attributes =>
  Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value === null ? [] : [[key, value]])));
