/** Which policies of docs/iam are needed for what, and whose they are (docs/aws.md#permissions-by-feature). */
import asyncInference from '../../../../docs/iam/features/async-inference.json' with { type: 'json' };
import autoscaling from '../../../../docs/iam/features/autoscaling.json' with { type: 'json' };
import checkpoints from '../../../../docs/iam/features/checkpoints.json' with { type: 'json' };
import dataCapture from '../../../../docs/iam/features/data-capture.json' with { type: 'json' };
import fileSystems from '../../../../docs/iam/features/file-systems.json' with { type: 'json' };
import kms from '../../../../docs/iam/features/kms.json' with { type: 'json' };
import modelPackages from '../../../../docs/iam/features/model-packages.json' with { type: 'json' };
import retention from '../../../../docs/iam/features/retention.json' with { type: 'json' };
import rolloutAlarms from '../../../../docs/iam/features/rollout-alarms.json' with { type: 'json' };
import rollouts from '../../../../docs/iam/features/rollouts.json' with { type: 'json' };
import verification from '../../../../docs/iam/features/verification.json' with { type: 'json' };
import vpc from '../../../../docs/iam/features/vpc.json' with { type: 'json' };
import executionRole from '../../../../docs/iam/execution-role-policy.json' with { type: 'json' };
import service from '../../../../docs/iam/service-policy.json' with { type: 'json' };
import type { AwsSettings } from './aws-settings.ts';
import { hasMember, member } from './json-path.ts';

export interface Policy {
  Statement: {
    Sid: string;
    Action: string | string[];
    Resource: string | string[];
    Condition?: Record<string, Record<string, string | string[]>>;
  }[];
}

export interface Feature {
  name: string;
  file: string;
  policy: Policy;
  whose: 'service' | 'execution role';
  /** Whether it is in use, by what is known; null where that is not known. */
  isUsed: (settings: AwsSettings) => boolean | null;
}

const always = (): true => true;
const unknown = (): null => null;

/** By a member of the newest run's shapes. */
const inShapes =
  (name: RegExp) =>
  ({ request }: AwsSettings): boolean | null =>
    request === null ? null : hasMember(request, name);

/** By a member of the policy in force. */
const inPolicy =
  (...paths: string[]) =>
  ({ policy }: AwsSettings): boolean | null =>
    policy === null ? null : paths.some((path) => member(policy, path) !== undefined);

const feature = (
  name: string,
  whose: Feature['whose'],
  policy: Policy,
  isUsed: Feature['isUsed'],
  file = `features/${name}`,
): Feature => ({
  name: name.replaceAll('-', ' '),
  file: `docs/iam/${file}.json`,
  policy,
  whose,
  isUsed,
});

const hasAlarms = inPolicy('rollout.alarms', 'rollout.guard');
const kmsMember = /KmsKeyId$/;

export const features: readonly Feature[] = [
  feature('trainings and deployments', 'service', service, always, 'service-policy'),
  feature('rollouts', 'service', rollouts, hasAlarms),
  feature('verification', 'service', verification, inPolicy('verify')),
  feature('retention', 'service', retention, inPolicy('retention')),
  feature('autoscaling', 'service', autoscaling, unknown),
  feature('model-packages', 'service', modelPackages, inShapes(/^ModelPackageName$/)),
  feature('data, artifacts, images, logs', 'execution role', executionRole, always, 'execution-role-policy'),
  feature('vpc', 'execution role', vpc, inShapes(/^VpcConfig$/)),
  feature('kms', 'execution role', kms, inShapes(kmsMember)),
  feature('checkpoints', 'execution role', checkpoints, inShapes(/^CheckpointConfig$/)),
  feature('file-systems', 'execution role', fileSystems, inShapes(/^FileSystemDataSource$/)),
  feature('data-capture', 'execution role', dataCapture, inShapes(/^DataCaptureConfig$/)),
  feature('async-inference', 'execution role', asyncInference, inShapes(/^AsyncInferenceConfig$/)),
  feature('rollout-alarms', 'execution role', rolloutAlarms, hasAlarms),
];
