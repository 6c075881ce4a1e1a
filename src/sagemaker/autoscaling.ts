import {
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  PutScalingPolicyCommand,
  type PutScalingPolicyCommandInput,
  PutScheduledActionCommand,
  type PutScheduledActionCommandInput,
  RegisterScalableTargetCommand,
  type RegisterScalableTargetCommandInput,
} from '@aws-sdk/client-application-auto-scaling';
import type { ShapeObject } from '../core/shapes/shapes.ts';
import type { CallOptions, SageMaker } from '../ports/sagemaker.ts';

const ServiceNamespace = 'sagemaker';

type AutoscalingCommand =
  | DescribeScalableTargetsCommand
  | DescribeScalingPoliciesCommand
  | DescribeScheduledActionsCommand
  | RegisterScalableTargetCommand
  | PutScalingPolicyCommand
  | PutScheduledActionCommand;

/** Sends one of the client's commands as the caller of SageMaker does. */
export type AutoscalingCaller = <Output>(
  operation: string,
  command: () => AutoscalingCommand,
  options?: CallOptions,
) => Promise<Output>;

/** Application Auto Scaling, as far as endpoints need it (docs/reference/sagemaker-behavior.md#autoscaling-belongs-to-a-variant). */
export const autoscalingCalls = (call: AutoscalingCaller): Pick<SageMaker, 'describeAutoscaling' | 'restoreAutoscaling'> => ({
  async describeAutoscaling({ endpointName, variantNames }, options) {
    const resources = variantNames.map((variant) => `endpoint/${endpointName}/variant/${variant}`);
    const found = {
      targets: new Array<ShapeObject>(),
      policies: new Array<ShapeObject>(),
      scheduledActions: new Array<ShapeObject>(),
    };
    if (resources.length === 0) return found;
    found.targets = await pages(call, 'DescribeScalableTargets', 'ScalableTargets', options, (NextToken) => {
      return new DescribeScalableTargetsCommand({ ServiceNamespace, ResourceIds: resources, NextToken });
    });
    const scaled = new Set(found.targets.map(({ ResourceId }) => String(ResourceId)));
    for (const ResourceId of scaled) {
      const policies = await pages(call, 'DescribeScalingPolicies', 'ScalingPolicies', options, (NextToken) => {
        return new DescribeScalingPoliciesCommand({ ServiceNamespace, ResourceId, NextToken });
      });
      const actions = await pages(call, 'DescribeScheduledActions', 'ScheduledActions', options, (NextToken) => {
        return new DescribeScheduledActionsCommand({ ServiceNamespace, ResourceId, NextToken });
      });
      found.policies.push(...policies);
      found.scheduledActions.push(...actions);
    }
    return {
      targets: found.targets.map((target) => only(target, targetMembers)),
      policies: found.policies.map((policy) => only(policy, policyMembers)),
      scheduledActions: found.scheduledActions.map((action) => only(action, actionMembers)),
    };
  },

  async restoreAutoscaling({ targets, policies, scheduledActions }, options) {
    for (const target of targets) {
      const input = Object(target) as RegisterScalableTargetCommandInput;
      await call('RegisterScalableTarget', () => new RegisterScalableTargetCommand(input), options);
    }
    for (const policy of policies) {
      const input = Object(policy) as PutScalingPolicyCommandInput;
      await call('PutScalingPolicy', () => new PutScalingPolicyCommand(input), options);
    }
    for (const action of scheduledActions) {
      const input = Object(withDates(action)) as PutScheduledActionCommandInput;
      await call('PutScheduledAction', () => new PutScheduledActionCommand(input), options);
    }
  },
});

async function pages(
  call: AutoscalingCaller,
  operation: string,
  member: string,
  options: CallOptions | undefined,
  command: (nextToken: string | undefined) => AutoscalingCommand,
): Promise<ShapeObject[]> {
  const items: ShapeObject[] = [];
  let token: string | undefined;
  do {
    const current = token;
    const page = await call<ShapeObject>(operation, () => command(current), options);
    items.push(...((page[member] ?? []) as ShapeObject[]));
    token = (page['NextToken'] as string | undefined) || undefined;
  } while (token !== undefined);
  return items;
}

/** The members that the request takes; the description has more. The role is the service-linked one, which a request need not name. */
const targetMembers = ['ServiceNamespace', 'ResourceId', 'ScalableDimension', 'MinCapacity', 'MaxCapacity', 'SuspendedState'];
const policyMembers = [
  'PolicyName',
  'ServiceNamespace',
  'ResourceId',
  'ScalableDimension',
  'PolicyType',
  'StepScalingPolicyConfiguration',
  'TargetTrackingScalingPolicyConfiguration',
  'PredictiveScalingPolicyConfiguration',
];
const actionMembers = [
  'ServiceNamespace',
  'Schedule',
  'Timezone',
  'ScheduledActionName',
  'ResourceId',
  'ScalableDimension',
  'StartTime',
  'EndTime',
  'ScalableTargetAction',
];

/** As JSON, so that it can be recorded: instants are ISO 8601. */
const only = (item: ShapeObject, members: readonly string[]): ShapeObject =>
  JSON.parse(
    JSON.stringify(Object.fromEntries(Object.entries(item).filter(([member]) => members.includes(member)))),
  ) as ShapeObject;

const withDates = (action: ShapeObject): ShapeObject =>
  Object.fromEntries(
    Object.entries(action).map(([member, held]) => [
      member,
      (member === 'StartTime' || member === 'EndTime') && typeof held === 'string' ? new Date(held) : held,
    ]),
  );
