/** What a policy cannot be, whatever the endpoint is. Fields begin behind the policy's own path: `.gate.rules[0]`. */
import type { ShapeIssue } from '../shapes/issue.ts';
import type { ShapeObject } from '../shapes/shapes.ts';
import { notifyUrlFault, type PrivateAddresses } from './notify-url.ts';
import { maxBodyBytes } from './policy-shape.ts';
import { readPolicy, type WrittenPolicy, type WrittenRequest, type WrittenRule } from './read-policy.ts';
import { rolloutIssues } from './rollout-issues.ts';

/** What the core does not know by itself. */
export interface PolicyContext {
  readonly privateAddresses: PrivateAddresses;
  /** Whether a host is an IP address that is not public. */
  readonly isPrivate: (host: string) => boolean;
  /** What is wrong with a JSON Schema, with fields that begin behind its own path. */
  readonly schemaIssues: (schema: ShapeObject) => readonly ShapeIssue[];
}

/** Returns what is wrong with a policy as a whole: what is missing, and what excludes each other. */
export function policyIssues(written: WrittenPolicy, context: PolicyContext): ShapeIssue[] {
  return [
    ...gateIssues(written),
    ...approvalIssues(written),
    ...rolloutIssues(written),
    ...verifyIssues(written, context),
    ...notifyIssues(written, context),
  ];
}

const ruleKinds = ['at_least', 'at_most', 'better'] as const;

function gateIssues({ gate }: WrittenPolicy): ShapeIssue[] {
  if (gate === undefined) return [];
  if (gate.rules === undefined) return [{ field: '.gate.rules', detail: 'is required' }];
  const rules = gate.rules;
  return rules.flatMap((rule, index): ShapeIssue[] => {
    const field = `.gate.rules[${index}]`;
    const [kind, other] = kindsOf(rule);
    if (kind === undefined || other !== undefined)
      return [
        { field, detail: `must have one of ${ruleKinds.join(', ')}${other === undefined ? '' : ': write a rule for each'}` },
      ];
    if (rule.improve_by !== undefined && kind !== 'better')
      return [{ field: `${field}.improve_by`, detail: 'belongs to better: at_least and at_most compare with nothing' }];
    const first = rules.findIndex(({ metric, ...one }) => metric === rule.metric && kindsOf({ metric, ...one })[0] === kind);
    if (first < index) return [{ field, detail: `says ${kind} of the same metric as .gate.rules[${first}]`.replace(' .', ' ') }];
    const bound = rules.findIndex(
      (one) => one.metric === rule.metric && one.at_most !== undefined && one.at_most < (rule.at_least ?? -Infinity),
    );
    return bound < 0
      ? []
      : [{ field: `${field}.at_least`, detail: `is more than the at_most of gate.rules[${bound}]: no model would pass` }];
  });
}

const kindsOf = (rule: WrittenRule): (typeof ruleKinds)[number][] => ruleKinds.filter((kind) => rule[kind] !== undefined);

function approvalIssues({ gate, approval }: WrittenPolicy): ShapeIssue[] {
  if (approval?.required !== 'when_unclear') return [];
  const field = '.approval.required';
  if (gate === undefined) return [{ field, detail: 'cannot be when_unclear without a gate: nothing else is unclear' }];
  if (gate.on_missing !== 'reject') return [];
  return [
    { field, detail: 'cannot be when_unclear where gate.on_missing is reject: no approval would be requested; write ask there' },
  ];
}

function verifyIssues({ verify }: WrittenPolicy, context: PolicyContext): ShapeIssue[] {
  if (verify === undefined) return [];
  if (verify.requests === undefined) return [{ field: '.verify.requests', detail: 'is required' }];
  return verify.requests.flatMap((request, index) => requestIssues(request, `.verify.requests[${index}]`, context));
}

function requestIssues({ body, expect }: WrittenRequest, field: string, { schemaIssues }: PolicyContext): ShapeIssue[] {
  const issues: ShapeIssue[] = [];
  if (new TextEncoder().encode(body).length > maxBodyBytes)
    issues.push({ field: `${field}.body`, detail: `must be at most ${maxBodyBytes} bytes long` });
  if (expect === undefined) return issues;
  const { contains, json_schema: schema } = expect;
  if ((contains === undefined) === (schema === undefined))
    issues.push({ field: `${field}.expect`, detail: 'must have one of contains, json_schema' });
  else if (schema !== undefined)
    issues.push(...schemaIssues(schema).map((issue) => ({ ...issue, field: `${field}.expect.json_schema${issue.field}` })));
  return issues;
}

function notifyIssues(written: WrittenPolicy, { privateAddresses, isPrivate }: PolicyContext): ShapeIssue[] {
  return readPolicy(written).notify.flatMap(({ url, events }, index): ShapeIssue[] => {
    const detail = notifyUrlFault(url, privateAddresses, isPrivate);
    const twice = events.findIndex((event, place) => events.indexOf(event) < place);
    return [
      ...(detail === null ? [] : [{ field: `.notify[${index}].url`, detail }]),
      ...(twice < 0 ? [] : [{ field: `.notify[${index}].events[${twice}]`, detail: 'stands twice' }]),
    ];
  });
}
