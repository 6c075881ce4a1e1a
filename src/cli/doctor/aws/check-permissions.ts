import { type Check, failed, ok, skipped, warning } from '../check.ts';
import type { CallAws } from './aws-program.ts';
import type { AwsSettings } from './aws-settings.ts';
import type { Feature } from './features.ts';
import { type Account, type SimulatedCall, simulatedCalls } from './simulated-calls.ts';

const docs = 'docs/aws.md#permissions-by-feature';

interface Decision {
  EvalActionName: string;
  EvalDecision: string;
  EvalResourceName?: string;
  ResourceSpecificResults?: { EvalResourceDecision: string }[];
}

/**
 * Whether a role or user may do what a feature needs, by IAM's own simulator: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html.
 * It knows neither policies of buckets and keys nor those of an organization.
 */
export async function checkPermissions(
  aws: CallAws,
  feature: Feature,
  { principal, settings, account }: { principal: string; settings: AwsSettings; account: Account },
): Promise<Check | null> {
  const isUsed = feature.isUsed(settings);
  if (isUsed === false) return null;
  const name = `${feature.whose}: ${feature.name}`;
  const denied: string[] = [];
  const calls = simulatedCalls(feature.policy, settings, account);
  for (const call of calls) {
    const result = await aws(toArguments(principal, call));
    if (result.kind !== 'ok')
      return skipped(name, result.kind === 'missing' ? 'aws is missing' : `not examined: ${result.message}`);
    const { EvaluationResults: decisions = [] } = result.output as { EvaluationResults?: Decision[] };
    denied.push(...decisions.filter((one) => !isAllowed(one)).map((one) => one.EvalActionName));
  }
  if (calls.length === 0) return skipped(name, 'not examined: its resources are not known');
  if (denied.length === 0) return ok(name, `allowed for ${principal}`);
  const detail = `${principal} lacks ${[...new Set(denied)].join(', ')}`;
  const todo = `Add ${feature.file}`;
  return isUsed === true ? failed(name, detail, { todo, docs }) : warning(name, `${detail}, if that is used`, { todo, docs });
}

/** Each resource is decided by itself where there are several. */
const isAllowed = ({ EvalDecision: decision, ResourceSpecificResults: specific = [] }: Decision): boolean =>
  specific.length > 0 ? specific.every((one) => one.EvalResourceDecision === 'allowed') : decision === 'allowed';

function toArguments(principal: string, { actions, resources, context }: SimulatedCall): string[] {
  const entries = context.map(({ name, value }) => `ContextKeyName=${name},ContextKeyValues=${value},ContextKeyType=string`);
  const what = ['--policy-source-arn', principal, '--action-names', ...actions, '--resource-arns', ...resources];
  return ['iam', 'simulate-principal-policy', ...what, ...(entries.length === 0 ? [] : ['--context-entries', ...entries])];
}
