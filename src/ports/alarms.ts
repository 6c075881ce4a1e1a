import type { ShapeObject } from '../core/shapes/shapes.ts';
import type { CallOptions } from './sagemaker.ts';

export const alarmStates = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const;
export type AlarmState = (typeof alarmStates)[number];

/** A CloudWatch alarm, of a metric or composite. */
export interface Alarm {
  name: string;
  state: AlarmState;
  stateReason: string | null;
  /** When the state was evaluated last, in milliseconds since 1970 UTC. */
  stateUpdatedAt: number | null;
}

/** The alarms that stop a rollout, in CloudWatch. Every method throws SageMakerError, or what `beforeSend` threw. */
export interface Alarms {
  /**
   * Those of the names that exist, metric and composite ones, in any order: a name that is not among them has no alarm.
   * CloudWatch returns composite ones only when they are requested (docs/reference/sagemaker-behavior.md#describealarms-shows-composite-alarms-on-request).
   */
  describeAlarms(names: readonly string[], options?: CallOptions): Promise<Alarm[]>;
  /** The metric alarms whose names begin so, with when each was made or changed last, in milliseconds since 1970 UTC. */
  listAlarms(namePrefix: string, options?: CallOptions): Promise<{ name: string; configuredAt: number | null }[]>;
  /**
   * Makes the alarm, or replaces what is there under its name (docs/reference/sagemaker-behavior.md#putmetricalarm-creates-or-replaces).
   *
   * @param request the members of PutMetricAlarm, without Tags.
   * @param tags set on a new alarm only: CloudWatch ignores them for one that is there.
   */
  putMetricAlarm(request: ShapeObject, tags: Record<string, string>, options?: CallOptions): Promise<void>;
  /** Names without an alarm are no error. */
  deleteAlarms(names: readonly string[], options?: CallOptions): Promise<void>;
  /**
   * For a moment only (docs/reference/sagemaker-behavior.md#setalarmstate-holds-until-the-next-evaluation).
   *
   * @throws {SageMakerError} `not_found` without such an alarm.
   */
  setAlarmState(change: { name: string; state: AlarmState; reason: string }, options?: CallOptions): Promise<void>;
}
