import type { ApplicationAutoScaling, PutScalingPolicyCommandInput } from '@aws-sdk/client-application-auto-scaling';
import type { SageMaker } from '@aws-sdk/client-sagemaker';
import type { Simulator } from '../src/index.ts';
import { createScalingClient, makeLiveEndpoint, startSimulator, type Clock } from './harness.ts';

export const target = {
  ServiceNamespace: 'sagemaker',
  ResourceId: 'endpoint/live/variant/AllTraffic',
  ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
} as const;
export const named =
  'service namespace: sagemaker, resource ID: endpoint/live/variant/AllTraffic, scalable dimension: sagemaker:variant:DesiredInstanceCount';
export const tracking = (PolicyName: string, TargetValue = 70): PutScalingPolicyCommandInput => ({
  ...target,
  PolicyName,
  PolicyType: 'TargetTrackingScaling',
  TargetTrackingScalingPolicyConfiguration: {
    TargetValue,
    PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
    ScaleInCooldown: 300,
    DisableScaleIn: false,
  },
});
export const steps: PutScalingPolicyCommandInput = {
  ...target,
  PolicyName: 'steps',
  PolicyType: 'StepScaling',
  StepScalingPolicyConfiguration: { AdjustmentType: 'ChangeInCapacity', StepAdjustments: [{ ScalingAdjustment: 1 }] },
};
export const notFound = (message: string): object => ({ name: 'ObjectNotFoundException', message, status: 400 });

/** A live endpoint whose variant is a scalable target. */
export async function startScaled(): Promise<{
  simulator: Simulator;
  clock: Clock;
  sagemaker: SageMaker;
  scaling: ApplicationAutoScaling;
}> {
  const started = await startSimulator();
  await makeLiveEndpoint(started.sagemaker, started.clock);
  const scaling = createScalingClient(started.simulator.url);
  await scaling.registerScalableTarget({ ...target, MinCapacity: 1, MaxCapacity: 4 });
  return { ...started, scaling };
}

export const control = async (simulator: Simulator, path: string, body: object, method = 'POST'): Promise<number> =>
  (await fetch(`${simulator.url}/_control/${path}`, { method, body: JSON.stringify(body) })).status;
