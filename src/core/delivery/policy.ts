/** How models go live on an endpoint (docs/delivery-file.md). It is JSON: a deployment keeps the policy that was in force at its turn. */
import type { ShapeObject } from '../shapes/shapes.ts';

/** The `delivery` part of the delivery file for one endpoint, with its defaults. null where the file says nothing of the part. */
export interface DeliveryPolicy {
  readonly gate: GatePolicy | null;
  readonly approval: ApprovalPolicy | null;
  readonly rollout: RolloutPolicy | null;
  readonly verify: VerifyPolicy | null;
  readonly retention: RetentionPolicy | null;
  readonly notify: readonly NotifyPolicy[];
}

export const onMissingChoices = ['reject', 'ask', 'pass'] as const;
export const approvalChoices = ['always', 'when_unclear', 'never'] as const;
export const rolloutStrategies = ['all_at_once', 'canary', 'linear', 'rolling'] as const;
export const onFailureChoices = ['roll_back', 'report'] as const;
export const notifyEvents = ['deployed', 'rolled_back', 'failed', 'rejected', 'approval_required'] as const;

export type RolloutStrategy = (typeof rolloutStrategies)[number];
export type NotifyEvent = (typeof notifyEvents)[number];

export interface GatePolicy {
  /** One at least. All have to pass. */
  readonly rules: readonly GateRule[];
  /** For a metric that is not there, or is no number. */
  readonly onMissing: (typeof onMissingChoices)[number];
}

/** What one metric has to be: a bound of its own, or a comparison with what serves, by which equal passes where improveBy is 0. */
export type GateRule =
  | { readonly metric: string; readonly atLeast: number }
  | { readonly metric: string; readonly atMost: number }
  | { readonly metric: string; readonly better: 'higher' | 'lower'; readonly improveBy: number };

export interface ApprovalPolicy {
  readonly required: (typeof approvalChoices)[number];
  readonly expiresSeconds: number;
  readonly notByRequester: boolean;
}

export interface RolloutPolicy {
  readonly strategy: RolloutStrategy;
  /** The first share of a canary, the step of a linear rollout, the batch of a rolling one; null for all at once. */
  readonly sizePercent: number | null;
  readonly bakeSeconds: number;
  /** Names of CloudWatch alarms that are not ours. */
  readonly alarms: readonly string[];
  readonly guard: GuardPolicy | null;
}

/** The alarms that the service makes for a deployment. One of both is not null. */
export interface GuardPolicy {
  /** A share of the requests, from 0 to 1. */
  readonly maxErrorRate: number | null;
  readonly maxLatencyMs: number | null;
}

export interface VerifyPolicy {
  /** One at least. */
  readonly requests: readonly VerifyRequest[];
  readonly onFailure: (typeof onFailureChoices)[number];
}

export interface VerifyRequest {
  readonly body: string;
  readonly contentType: string;
  /** null: any response of the model will do. */
  readonly expect: { readonly contains: string } | { readonly jsonSchema: ShapeObject } | null;
}

export interface RetentionPolicy {
  /** How many deployments of an endpoint keep model and configuration, with the live one. */
  readonly keep: number;
  readonly minDays: number;
}

export interface NotifyPolicy {
  readonly url: string;
  readonly events: readonly NotifyEvent[];
  /** The environment variable that holds the signing secret. */
  readonly secretEnv: string | null;
}

/** How long a person has to decide, where the policy does not say: a day. */
export const defaultExpiresSeconds = 86_400;

/** Everything that completes is deployed all at once. */
export const noPolicy: DeliveryPolicy = {
  gate: null,
  approval: null,
  rollout: null,
  verify: null,
  retention: null,
  notify: [],
};
