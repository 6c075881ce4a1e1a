/** What Application Auto Scaling has registered: `endpoint/NAME/variant/NAME` and what it scales of it. */
export interface ScalableTargetRecord {
  resourceId: string;
  dimension: string;
  arn: string;
  roleArn: string;
  createdAt: number;
  minCapacity: number;
  maxCapacity: number;
  suspended: Record<string, boolean>;
  tags: Record<string, string>;
}

interface OfScalableTarget {
  name: string;
  resourceId: string;
  dimension: string;
  arn: string;
  createdAt: number;
}

export interface ScalingPolicyRecord extends OfScalableTarget {
  policyType: string;
  /** The configuration, under the name that it has in requests. */
  configuration: Record<string, object>;
  alarms: { AlarmName: string; AlarmARN: string }[];
}

export interface ScheduledActionRecord extends OfScalableTarget {
  /** Schedule, Timezone, StartTime, EndTime and ScalableTargetAction of the request. */
  action: Record<string, unknown>;
}
