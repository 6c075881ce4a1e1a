import { readFileSync } from 'node:fs';
import type { EndpointDetailsBody } from '../../../api/schemas/endpoint.ts';
import type { TrainingRunBody, TrainingRunDetailsBody } from '../../../api/schemas/training-run.ts';
import type { Environment } from '../../../core/environment.ts';
import { errorMessage } from '../../../core/errors.ts';
import type { Cli } from '../../cli.ts';
import { CliError, usageError } from '../../cli-error.ts';
import { exitCodes } from '../../exit-codes.ts';
import { pathOfEndpoint, pathOfRun } from '../../watch/read-snapshot.ts';
import { member, textAt } from './json-path.ts';

/** What trainings and endpoints are made of, as far as it is known. */
export interface AwsSettings {
  /** Where most of it comes from, in words. */
  source: string;
  region: string | null;
  roleArn: string | null;
  images: { use: string; uri: string }[];
  outputUri: string | null;
  inputUri: string | null;
  instances: { use: 'training job' | 'spot training job' | 'endpoint'; type: string; count: number }[];
  endpointName: string | null;
  projectName: string;
  /** The shapes of the newest run; null where there is none. */
  request: TrainingRunDetailsBody['request'];
  /** The delivery policy in force; null where it is not known. */
  policy: Record<string, unknown> | null;
}

/** From the environment over the file, as the service reads them, and else from its newest run. @throws {CliError} `usage` for the file. */
export async function readAwsSettings(cli: Cli, envFile: string | null): Promise<AwsSettings> {
  const env: Environment = { ...(envFile === null ? {} : readEnvFile(envFile)), ...present(cli.env) };
  const run = await newestRun(cli);
  const request = run?.request ?? null;
  const training = request?.create_training_job;
  const value = (name: string, path: string, shape: unknown = training): string | null => env[name] ?? textAt(shape, path);
  const trainingImage = value('TRAINING_IMAGE', 'AlgorithmSpecification.TrainingImage');
  const servingImage = value('SERVING_IMAGE', 'PrimaryContainer.Image', request?.create_model) ?? trainingImage;
  const isSpot = member(training, 'EnableManagedSpotTraining') === true;
  const variant = 'ProductionVariants.0';
  const endpointName = env['ENDPOINT_NAME'] ?? run?.endpoint_name ?? null;
  const fromEnv = env['EXECUTION_ROLE_ARN'] !== undefined;
  return {
    source: fromEnv ? (envFile ?? 'the environment') : run === null ? 'nothing' : `the run ${run.training_job_name}`,
    region: env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? regionOf(run?.training_job_arn ?? null),
    roleArn: value('EXECUTION_ROLE_ARN', 'RoleArn'),
    images: [
      ...(trainingImage === null ? [] : [{ use: 'training image', uri: trainingImage }]),
      ...(servingImage === null || servingImage === trainingImage ? [] : [{ use: 'serving image', uri: servingImage }]),
    ],
    outputUri: value('MODEL_OUTPUT_S3_URI', 'OutputDataConfig.S3OutputPath'),
    inputUri: value('TRAINING_INPUT_S3_URI', 'InputDataConfig.0.DataSource.S3DataSource.S3Uri'),
    instances: [
      {
        use: isSpot ? 'spot training job' : 'training job',
        type: value('TRAINING_INSTANCE_TYPE', 'ResourceConfig.InstanceType') ?? 'ml.m5.xlarge',
        count: Number(value('TRAINING_INSTANCE_COUNT', 'ResourceConfig.InstanceCount') ?? 1),
      },
      ...(member(request?.create_endpoint_config, `${variant}.ServerlessConfig`) === undefined
        ? [
            {
              use: 'endpoint' as const,
              type: value('ENDPOINT_INSTANCE_TYPE', `${variant}.InstanceType`, request?.create_endpoint_config) ?? 'ml.m5.large',
              count: Number(
                value('ENDPOINT_INSTANCE_COUNT', `${variant}.InitialInstanceCount`, request?.create_endpoint_config) ?? 1,
              ),
            },
          ]
        : []),
    ],
    endpointName,
    projectName: env['PROJECT_NAME'] ?? run?.project ?? 'ml-sentiment',
    request,
    policy: endpointName === null ? null : await policyOf(cli, endpointName),
  };
}

const present = (env: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1].trim() !== ''),
  );

/** `NAME=VALUE` lines, as `docker run --env-file` reads them. */
function readEnvFile(file: string): Record<string, string> {
  try {
    const lines = readFileSync(file, 'utf8').split(/\r?\n/);
    const pairs = lines.flatMap((line) => {
      const [, name, value] = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value.trim().replace(/^(["'])(.*)\1$/, '$2')]];
    });
    return present(Object.fromEntries(pairs) as Environment);
  } catch (error) {
    throw usageError(`--env-file: ${file} cannot be read: ${errorMessage(error)}`);
  }
}

const nullIfRefused = (error: unknown): null => {
  if (error instanceof CliError && error.exitCode !== exitCodes.interrupted) return null;
  throw error;
};

async function newestRun(cli: Cli): Promise<TrainingRunDetailsBody | null> {
  const page = await cli
    .api()
    .get<{ items: TrainingRunBody[] }>('/training-jobs', { query: { limit: 1 }, repeatForMs: 0 })
    .catch(nullIfRefused);
  const name = page?.items[0]?.training_job_name;
  return name === undefined
    ? null
    : cli.api().get<TrainingRunDetailsBody>(pathOfRun(name), { repeatForMs: 0 }).catch(nullIfRefused);
}

async function policyOf(cli: Cli, name: string): Promise<Record<string, unknown> | null> {
  const endpoint = await cli.api().get<EndpointDetailsBody>(pathOfEndpoint(name), { repeatForMs: 0 }).catch(nullIfRefused);
  return endpoint?.policy ?? null;
}

const regionOf = (arn: string | null): string | null => arn?.split(':')[3] ?? null;
