import { defaultExpiresSeconds, type DeliveryPolicy } from '../delivery/policy.ts';
import type { GateResult } from './decide-gate.ts';

/** Whether a deployment may continue. `reason` is a sentence for the history. */
export type Admission =
  | { readonly kind: 'pass'; readonly reason: string }
  | { readonly kind: 'reject'; readonly reason: string }
  | { readonly kind: 'ask'; readonly reason: string; readonly expiresSeconds: number; readonly notByRequester: boolean };

/**
 * Returns what follows from the gate's result (null without a gate) and the policy's approval, before a person has decided. What fails is
 * rejected, whatever a person would say. What is unclear follows on_missing; where that lets it pass, an approval that is required for
 * unclear results or always still asks.
 */
export function decideAdmission(
  { gate, approval }: Pick<DeliveryPolicy, 'gate' | 'approval'>,
  result: GateResult | null,
): Admission {
  const required = approval?.required ?? 'never';
  const ask = (reason: string): Admission => ({
    kind: 'ask',
    reason,
    expiresSeconds: approval?.expiresSeconds ?? defaultExpiresSeconds,
    notByRequester: approval?.notByRequester ?? false,
  });
  if (result?.verdict === 'failed') return { kind: 'reject', reason: `the gate failed: ${reasons(result, 'failed')}` };
  if (result?.verdict === 'unclear') {
    const why = `the gate is unclear: ${reasons(result, 'unclear')}`;
    if (gate?.onMissing === 'reject') return { kind: 'reject', reason: why };
    if (gate?.onMissing === 'ask' || required !== 'never') return ask(why);
    return { kind: 'pass', reason: why };
  }
  if (required === 'always')
    return ask(result === null ? 'each model needs an approval' : 'the gate passed; each model needs an approval');
  return { kind: 'pass', reason: result === null ? 'the policy has no gate' : `the gate passed: ${reasons(result, 'passed')}` };
}

/** More help no reader: the gate's result has all of them. */
const maxReasons = 5;

function reasons({ rules }: GateResult, verdict: GateResult['verdict']): string {
  const found = rules.filter((rule) => rule.verdict === verdict);
  const shown = found.slice(0, maxReasons).map(({ metric, rule, reason }) => `${metric} (${rule}): ${reason}`);
  return [...shown, ...(found.length > maxReasons ? [`and ${found.length - maxReasons} more`] : [])].join('; ');
}
