import type { Tag } from './requests.ts';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** From `at` on the alarm is in `state`. */
export interface AlarmTransition {
  state: AlarmState;
  reason: string;
  at: number;
}

/** The members of PutMetricAlarm that an evaluation needs. */
export interface MetricAlarmRequest {
  AlarmName: string;
  ActionsEnabled?: boolean;
  OKActions?: string[];
  AlarmActions?: string[];
  InsufficientDataActions?: string[];
  MetricName?: string;
  Namespace?: string;
  Statistic?: string;
  ExtendedStatistic?: string;
  Dimensions?: { Name: string; Value: string }[];
  Period?: number;
  Unit?: string;
  EvaluationPeriods?: number;
  DatapointsToAlarm?: number;
  Threshold?: number;
  ComparisonOperator?: string;
  TreatMissingData?: string;
  Metrics?: object[];
  EvaluationCriteria?: object;
  Tags?: Tag[];
}

export interface CompositeAlarmRequest {
  AlarmName: string;
  AlarmRule: string;
  ActionsEnabled?: boolean;
  AlarmActions?: string[];
  Tags?: Tag[];
}

export interface AlarmRecord {
  name: string;
  arn: string;
  createdAt: number;
  configuredAt: number;
  tags: Tag[];
  request: { kind: 'metric'; input: MetricAlarmRequest } | { kind: 'composite'; input: CompositeAlarmRequest };
  /** What it has been, oldest first, and at most the last ones. */
  history: AlarmTransition[];
  /** Up to where it has been evaluated. */
  evaluatedAt: number;
  /** Until when a state that was set by hand holds; null for a state that holds until a control route takes it away. */
  forcedUntil?: number | null;
}

/** The requests to one fleet in one minute, as CloudWatch has them. */
export interface MetricBucket {
  endpointName: string;
  variantName: string;
  endpointConfigName: string;
  startAt: number;
  /** Its length, which the settings scale. */
  lengthMs: number;
  invocations: number;
  errors4xx: number;
  errors5xx: number;
  modelErrors: number;
  /** In microseconds. */
  latencySum: number;
  latencyMin: number;
  latencyMax: number;
  /** The first ones, for percentiles. */
  latencies: number[];
}

/** What the containers of some models do with a request. */
export interface ModelBehavior {
  /** A part of the names of the models. */
  nameContains: string;
  /** The container's HTTP status. */
  status: number;
  /** How likely it is that `status` holds for a request; else it is 200. */
  share: number;
  /** null echoes the request. */
  body: string | null;
  contentType: string | null;
  latencyMs: number;
  /** The container returns nothing in time. */
  timesOut: boolean;
}
