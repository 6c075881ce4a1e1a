/** The alarms that the service makes for the bakes of one deployment. */
import type { GuardPolicy } from '../delivery/policy.ts';
import { alarmPeriods, alarmPeriodSeconds } from '../delivery/rollout-timing.ts';

/** What an alarm watches: the fleet on the new configuration alone (docs/reference/sagemaker-behavior.md#endpointconfigname-watches-the-new-fleet-alone). */
export interface AlarmSubject {
  readonly deploymentId: string;
  readonly project: string;
  /** As SageMaker writes it: the dimensions of a metric have case. */
  readonly endpointName: string;
  readonly endpointConfigName: string;
  readonly variantName: string;
}

/** A request of PutMetricAlarm. */
export interface GuardAlarm {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly ActionsEnabled: false;
  readonly Namespace: 'AWS/SageMaker';
  readonly MetricName: 'Invocation5XXErrors' | 'ModelLatency';
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  readonly Statistic: 'Average';
  readonly Period: number;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
  readonly Threshold: number;
  readonly ComparisonOperator: 'GreaterThanThreshold';
  readonly TreatMissingData: 'notBreaching';
}

/** What the names of a project's guard alarms begin with: a permission can be limited to them. */
export const guardAlarmPrefix = (project: string): string => `autodeploy-${project}-`;

const afterPrefix = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-(?:errors|latency)$/;

/** Whether the service has made this alarm for the project, and not for another one whose name begins with this one's. */
export const isGuardAlarmOf = (project: string, name: string): boolean =>
  name.startsWith(guardAlarmPrefix(project)) && afterPrefix.test(name.slice(guardAlarmPrefix(project).length));

/** Three times what SageMaker allows for an update (docs/reference/sagemaker-behavior.md#an-update-uses-one-policy-and-ends-within-8-hours). */
export const longestRolloutMs = 24 * 3_600_000;

/**
 * Returns the requests of the guard's alarms. Their names follow from the deployment, so that PutMetricAlarm can be repeated
 * (docs/reference/sagemaker-behavior.md#putmetricalarm-creates-or-replaces). They can act within one bake of `bakeSeconds`.
 */
export function guardAlarms(
  { maxErrorRate, maxLatencyMs }: GuardPolicy,
  bakeSeconds: number,
  subject: AlarmSubject,
): readonly GuardAlarm[] {
  const periods = alarmPeriods(bakeSeconds);
  const alarm = (suffix: string, words: string, metric: Pick<GuardAlarm, 'MetricName' | 'Threshold'>): readonly GuardAlarm[] => [
    {
      AlarmName: `${guardAlarmPrefix(subject.project)}${subject.deploymentId}-${suffix}`,
      AlarmDescription: `Ends the rollout of ${subject.endpointConfigName} to ${subject.endpointName} when ${words}. The service deletes it afterwards.`,
      ActionsEnabled: false,
      Namespace: 'AWS/SageMaker',
      ...metric,
      Dimensions: [
        { Name: 'EndpointName', Value: subject.endpointName },
        { Name: 'VariantName', Value: subject.variantName },
        { Name: 'EndpointConfigName', Value: subject.endpointConfigName },
      ],
      Statistic: 'Average',
      Period: alarmPeriodSeconds,
      EvaluationPeriods: periods.evaluated,
      DatapointsToAlarm: periods.bad,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
    },
  ];
  // Errors are 0 or 1 a request, and latencies in microseconds (docs/reference/sagemaker-behavior.md#error-metrics-of-an-endpoint-are-shares).
  const errors = { MetricName: 'Invocation5XXErrors', Threshold: maxErrorRate ?? 0 } as const;
  const latency = { MetricName: 'ModelLatency', Threshold: (maxLatencyMs ?? 0) * 1000 } as const;
  return [
    ...(maxErrorRate === null ? [] : alarm('errors', `more than ${maxErrorRate} of the requests fail`, errors)),
    ...(maxLatencyMs === null ? [] : alarm('latency', `the model takes more than ${maxLatencyMs} ms`, latency)),
  ];
}
