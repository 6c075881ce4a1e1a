import type { ShapeObject } from '../shapes/shapes.ts';
import {
  type ApprovalPolicy,
  defaultExpiresSeconds,
  type DeliveryPolicy,
  type GatePolicy,
  type GateRule,
  notifyEvents,
  type NotifyPolicy,
  type RolloutPolicy,
  type VerifyPolicy,
  type VerifyRequest,
} from './policy.ts';

/** A policy as the file writes it, once checkPolicy has passed it and mergePolicies has taken the nulls away. */
export interface WrittenPolicy {
  readonly gate?: { readonly rules?: readonly WrittenRule[]; readonly on_missing?: GatePolicy['onMissing'] };
  readonly approval?: {
    readonly required?: ApprovalPolicy['required'];
    readonly expires_seconds?: number;
    readonly not_by_requester?: boolean;
  };
  readonly rollout?: {
    readonly strategy?: RolloutPolicy['strategy'];
    readonly size_percent?: number;
    readonly bake_seconds?: number;
    readonly alarms?: readonly string[];
    readonly guard?: { readonly max_error_rate?: number; readonly max_latency_ms?: number };
  };
  readonly verify?: { readonly requests?: readonly WrittenRequest[]; readonly on_failure?: VerifyPolicy['onFailure'] };
  readonly retention?: { readonly keep?: number; readonly min_days?: number };
  readonly notify?: readonly {
    readonly url: string;
    readonly events?: NotifyPolicy['events'];
    readonly secret_env?: string;
  }[];
}

export interface WrittenRule {
  readonly metric: string;
  readonly at_least?: number;
  readonly at_most?: number;
  readonly better?: 'higher' | 'lower';
  readonly improve_by?: number;
}

export interface WrittenRequest {
  readonly body: string;
  readonly content_type?: string;
  readonly expect?: { readonly contains?: string; readonly json_schema?: ShapeObject };
}

/** Returns the policy with its defaults. What is written has passed policyIssues, or is about to: then what is missing is empty. */
export const readPolicy = ({ gate, approval, rollout, verify, retention, notify }: WrittenPolicy): DeliveryPolicy => ({
  gate: gate === undefined ? null : { rules: (gate.rules ?? []).map(readRule), onMissing: onMissing(gate.on_missing, approval) },
  approval:
    approval === undefined
      ? null
      : {
          required: approval.required ?? 'always',
          expiresSeconds: approval.expires_seconds ?? defaultExpiresSeconds,
          notByRequester: approval.not_by_requester ?? false,
        },
  rollout: rollout === undefined ? null : readRollout(rollout),
  verify:
    verify === undefined
      ? null
      : { requests: (verify.requests ?? []).map(readRequest), onFailure: verify.on_failure ?? 'roll_back' },
  retention: retention === undefined ? null : { keep: retention.keep ?? 5, minDays: retention.min_days ?? 7 },
  notify: (notify ?? []).map(({ url, events, secret_env: secretEnv }) => ({
    url,
    events: events ?? notifyEvents,
    secretEnv: secretEnv ?? null,
  })),
});

/** An approval for unclear results says what becomes of a missing metric. */
const onMissing = (written: GatePolicy['onMissing'] | undefined, approval: WrittenPolicy['approval']): GatePolicy['onMissing'] =>
  written ?? (approval?.required === 'when_unclear' ? 'ask' : 'reject');

function readRule({ metric, at_least: atLeast, at_most: atMost, better, improve_by: improveBy }: WrittenRule): GateRule {
  if (atLeast !== undefined) return { metric, atLeast };
  if (atMost !== undefined) return { metric, atMost };
  return { metric, better: better ?? 'higher', improveBy: improveBy ?? 0 };
}

const defaultSizePercent = 10;
const defaultBakeSeconds = 600;

function readRollout(written: NonNullable<WrittenPolicy['rollout']>): RolloutPolicy {
  const strategy = written.strategy ?? 'all_at_once';
  const isAtOnce = strategy === 'all_at_once';
  const guard = written.guard;
  return {
    strategy,
    sizePercent: isAtOnce ? null : (written.size_percent ?? defaultSizePercent),
    // Alarms end a rollout only while it bakes.
    bakeSeconds: written.bake_seconds ?? (isAtOnce && !isWatched(written) ? 0 : defaultBakeSeconds),
    alarms: written.alarms ?? [],
    guard:
      guard === undefined ? null : { maxErrorRate: guard.max_error_rate ?? null, maxLatencyMs: guard.max_latency_ms ?? null },
  };
}

const readRequest = ({ body, content_type: contentType, expect }: WrittenRequest): VerifyRequest => ({
  body,
  contentType: contentType ?? 'application/json',
  expect:
    expect?.contains !== undefined
      ? { contains: expect.contains }
      : expect?.json_schema === undefined
        ? null
        : { jsonSchema: expect.json_schema },
});

const isWatched = ({ alarms = [], guard }: NonNullable<WrittenPolicy['rollout']>): boolean =>
  alarms.length > 0 || guard !== undefined;
