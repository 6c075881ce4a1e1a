import { createHash } from 'node:crypto';
import type { Call } from '../call.ts';
import { toPartition } from './arn.ts';

type Place = Pick<Call, 'region' | 'accountId'>;

/** A UUID that is always the same for one resource and instant: nothing here is drawn. */
function toUuid(...parts: (string | number)[]): string {
  const hex = createHash('sha256').update(parts.join('/')).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** The role that AWS makes and uses, whatever role a request names. */
export const scalingRoleArn = ({ region, accountId }: Place): string =>
  `arn:${toPartition(region)}:iam::${accountId}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint`;

/** Ends in an id of 36 digits and small letters. */
export function scalableTargetArn({ region, accountId }: Place, key: string, now: number): string {
  const id = createHash('sha256').update(`${key}/${now}`).digest('hex').slice(0, 36);
  return `arn:${toPartition(region)}:application-autoscaling:${region}:${accountId}:scalable-target/${id}`;
}

/** Of a scaling policy or a scheduled action: those are named by the service `autoscaling`. */
export function scalingArn(
  { region, accountId }: Place,
  kind: 'scalingPolicy' | 'scheduledAction',
  { resourceId, name, createdAt }: { resourceId: string; name: string; createdAt: number },
): string {
  const id = toUuid(kind, resourceId, name, createdAt);
  const label = kind === 'scalingPolicy' ? 'policyName' : 'scheduledActionName';
  return `arn:${toPartition(region)}:autoscaling:${region}:${accountId}:${kind}:${id}:resource/sagemaker/${resourceId}:${label}/${name}`;
}

/** The two alarms that AWS makes for a policy of target tracking. */
export function trackingAlarms(
  { region, accountId }: Place,
  { resourceId, name, createdAt }: { resourceId: string; name: string; createdAt: number },
): { AlarmName: string; AlarmARN: string }[] {
  return ['AlarmHigh', 'AlarmLow'].map((side) => {
    const AlarmName = `TargetTracking-${resourceId}-${side}-${toUuid(side, resourceId, name, createdAt)}`;
    return { AlarmName, AlarmARN: `arn:${toPartition(region)}:cloudwatch:${region}:${accountId}:alarm:${AlarmName}` };
  });
}
