import type { ShapeObject } from '../shapes/shapes.ts';
import { shownUrl } from './notify-url.ts';
import type { DeliveryPolicy, GateRule, RolloutPolicy, VerifyRequest } from './policy.ts';

/**
 * Returns a policy as the delivery file writes it, with its defaults, as people may see it: of the address of a receiver no path, which
 * may be a secret. A part that the policy does not have is absent.
 */
export function showPolicy({ gate, approval, rollout, verify, retention, notify }: DeliveryPolicy): ShapeObject {
  return present({
    gate: gate && { rules: gate.rules.map(showRule), on_missing: gate.onMissing },
    approval: approval && {
      required: approval.required,
      expires_seconds: approval.expiresSeconds,
      not_by_requester: approval.notByRequester,
    },
    rollout: rollout && showRollout(rollout),
    verify: verify && { requests: verify.requests.map(showRequest), on_failure: verify.onFailure },
    retention: retention && { keep: retention.keep, min_days: retention.minDays },
    notify:
      notify.length === 0
        ? null
        : notify.map(({ url, events, secretEnv }) => present({ url: shownUrl(url), events, secret_env: secretEnv })),
  });
}

const present = (members: ShapeObject): ShapeObject =>
  Object.fromEntries(Object.entries(members).filter(([, held]) => held !== null));

function showRule(rule: GateRule): ShapeObject {
  if ('atLeast' in rule) return { metric: rule.metric, at_least: rule.atLeast };
  if ('atMost' in rule) return { metric: rule.metric, at_most: rule.atMost };
  return { metric: rule.metric, better: rule.better, improve_by: rule.improveBy };
}

const showRollout = ({ strategy, sizePercent, bakeSeconds, alarms, guard }: RolloutPolicy): ShapeObject =>
  present({
    strategy,
    size_percent: sizePercent,
    bake_seconds: bakeSeconds,
    alarms: alarms.length === 0 ? null : alarms,
    guard: guard && present({ max_error_rate: guard.maxErrorRate, max_latency_ms: guard.maxLatencyMs }),
  });

function showRequest({ body, contentType, expect }: VerifyRequest): ShapeObject {
  const expected =
    expect === null ? null : 'contains' in expect ? { contains: expect.contains } : { json_schema: expect.jsonSchema };
  return present({ body, content_type: contentType, expect: expected });
}
