/**
 * The environment as one frozen, typed value. The only place of the service that reads `process.env`; processes call `configOrExit(loadConfig)`
 * or `configOrExit(loadApiConfig)` before anything else.
 */
import type { Environment } from '../core/environment.ts';
import { parseAddress, type RedisPlace, splitAddresses } from '../core/redis-place.ts';
import { type DatabaseConfig, readDatabase } from './database.ts';
import { endpointNameOf, type LoadedDelivery, loadDelivery, readDelivery } from './delivery.ts';
import { dayMs } from '../core/retention.ts';
import { ConfigError } from './errors.ts';
import { openAddressFaults } from './open-address-faults.ts';
import { type Proxies, readProxies } from './proxies.ts';
import { redisFaults } from './redis-faults.ts';
import { retentionFaults } from './retention-faults.ts';
import type { ApiKey } from './api-keys.ts';
import { deriveLinkSigningKey } from './link-signing-key.ts';
import { type TracingSettings, tracingOf } from './tracing.ts';
import { readVariables } from './variable.ts';
import { apiVariables, linkVariables, type LogLevel, sharedVariables } from './variables.ts';
import type { ServiceSettings } from '../ports/settings.ts';

export { ConfigError, configOrExit, exitOnUnusableDatabase, exitWithFaults } from './errors.ts';
export type { Proxies } from './proxies.ts';
export type { TracingSettings } from './tracing.ts';
export type { LogLevel } from './variables.ts';
export type { ApiKey } from './api-keys.ts';
export type { DatabaseConfig } from './database.ts';

/** What every process needs. Durations in milliseconds. */
export interface Config extends Required<RedisPlace>, DatabaseConfig {
  /** BullMQ's key prefix. */
  readonly queuePrefix: string;
  readonly workerConcurrency: number;
  readonly logLevel: LogLevel;
  /** What a worker touches while it works, for health checks. */
  readonly heartbeatFile: string | null;
  /** What no log line may hold: keys and passwords. */
  readonly secrets: readonly string[];
  /** For calls of AWS, and notifications. */
  readonly proxies: Proxies;
  readonly links: LinkSettings;
  /** Where traces go; null for nowhere. */
  readonly tracing: Readonly<TracingSettings> | null;
  /** Whether notifications may go to addresses that are not public. */
  readonly notifyPrivateAddresses: 'refuse' | 'allow';
  readonly serviceSettings: Readonly<ServiceSettings>;
}

/** What links that people open are made of. */
export interface LinkSettings {
  /** The service's address for people, its base path included; null where links hold the path alone. */
  readonly publicUrl: string | null;
  /** `/model-init`, or empty for none. */
  readonly basePath: string;
  readonly signingKey: string;
}

/** Where the API listens and who may call it. */
export interface ApiSettings {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** `/model-init`, or empty for none. */
  readonly basePath: string;
  /** The service's address for people. */
  readonly publicUrl: string | null;
  readonly apiKeys: readonly ApiKey[];
}

export interface ApiConfig extends Config {
  readonly api: ApiSettings;
}

/** The configuration of a worker, or of anything that does not listen. Throws ConfigError with all faults. */
export function parseConfig(env: Environment): Config {
  const { values, faults } = readVariables(env, sharedVariables);
  const database = readDatabase(env);
  const { proxies, secrets, ...ofProxies } = readProxies(env);
  const { delivery, ...ofDelivery } = readDelivery(values, env);
  faults.push(...database.faults, ...redisFaults(values), ...retentionFaults(values), ...ofProxies.faults, ...ofDelivery.faults);
  if (faults.length > 0) throw new ConfigError(faults);
  const apiKeys = values.API_KEYS.map(({ key }) => key);
  const signingKey = values.LINK_SIGNING_KEY ?? deriveLinkSigningKey(apiKeys);
  const { tracing, ...ofTracing } = tracingOf(values);
  const isPublic = values.LINK_SIGNING_KEY === null && apiKeys.length === 0;
  return freeze({
    redisUrl: values.REDIS_URL,
    redisMode: values.REDIS_MODE,
    redisSentinel:
      values.REDIS_SENTINEL_NAME === null
        ? null
        : {
            masterName: values.REDIS_SENTINEL_NAME,
            username: values.REDIS_SENTINEL_USERNAME,
            password: values.REDIS_SENTINEL_PASSWORD,
          },
    databaseUrl: database.databaseUrl,
    databaseLogin: database.databaseLogin,
    // The braces keep all queues on one node of a Redis cluster.
    queuePrefix: values.QUEUE_PREFIX ?? `{autodeploy-${values.PROJECT_NAME}}`,
    workerConcurrency: values.WORKER_CONCURRENCY,
    logLevel: values.LOG_LEVEL,
    heartbeatFile: values.HEARTBEAT_FILE,
    secrets: [
      ...passwordsOf(values.REDIS_URL),
      ...present(values.REDIS_SENTINEL_PASSWORD),
      ...database.secrets,
      ...secrets,
      ...ofDelivery.secrets,
      ...ofTracing.secrets,
      ...apiKeys,
      ...(isPublic ? [] : [signingKey]),
    ],
    proxies,
    tracing,
    links: { publicUrl: values.PUBLIC_URL, basePath: values.BASE_PATH, signingKey },
    notifyPrivateAddresses: values.NOTIFY_PRIVATE_ADDRESSES,
    serviceSettings: {
      projectName: values.PROJECT_NAME,
      endpointName: endpointNameOf(values),
      roleArn: values.EXECUTION_ROLE_ARN,
      trainingImage: values.TRAINING_IMAGE,
      servingImage: values.SERVING_IMAGE ?? values.TRAINING_IMAGE,
      trainingInputS3Uri: values.TRAINING_INPUT_S3_URI,
      modelOutputS3Uri: values.MODEL_OUTPUT_S3_URI,
      trainingInstanceType: values.TRAINING_INSTANCE_TYPE,
      trainingInstanceCount: values.TRAINING_INSTANCE_COUNT,
      trainingVolumeGb: values.TRAINING_VOLUME_GB,
      trainingMaxRuntimeSeconds: values.TRAINING_MAX_RUNTIME_SECONDS,
      endpointInstanceType: values.ENDPOINT_INSTANCE_TYPE,
      endpointInstanceCount: values.ENDPOINT_INSTANCE_COUNT,
      pollIntervalMs: values.POLL_INTERVAL_SECONDS,
      changeFeed: values.CHANGE_FEED,
      endpointPollMs: values.ENDPOINT_POLL_SECONDS,
      reconcileIntervalMs: values.RECONCILE_INTERVAL_SECONDS,
      maxTrainingWaitMs: values.MAX_TRAINING_WAIT_SECONDS,
      maxDeploymentWaitMs: values.MAX_DEPLOYMENT_WAIT_SECONDS,
      historyRetentionMs: values.HISTORY_RETENTION_DAYS === null ? null : values.HISTORY_RETENTION_DAYS * dayMs,
      delivery,
    },
  });
}

/** The configuration of an API process. Throws ConfigError with all faults, those of the shared part included. */
export function parseApiConfig(env: Environment): ApiConfig {
  const { values, faults } = readVariables(env, apiVariables);
  // What is malformed here is a fault of the shared part.
  const { values: ofLinks } = readVariables(env, linkVariables);
  faults.push(...openAddressFaults({ HOST: values.HOST, API_KEYS: ofLinks.API_KEYS }));
  const shared = attempt(() => parseConfig(env));
  if (shared instanceof ConfigError) throw new ConfigError([...shared.faults, ...faults]);
  if (faults.length > 0) throw new ConfigError(faults);
  const { basePath, publicUrl } = shared.links;
  return freeze({ ...shared, api: { host: values.HOST, port: values.PORT, basePath, publicUrl, apiKeys: ofLinks.API_KEYS } });
}

export const loadConfig = (): Config => parseConfig(process.env);
export const loadApiConfig = (): ApiConfig => parseApiConfig(process.env);

/** For `npm run delivery`. */
export const loadDeliveryFile = (path: string): LoadedDelivery => loadDelivery(path, process.env);

/** The secret that a policy's `secret_env` names, as it is now; null where there is none. */
export const secretOf = (variable: string): string | null => process.env[variable]?.trim() || null;

/** For what needs the database and nothing else, like `npm run db:migrate`: that of DATABASE_URL, or another one with its login. */
export function loadDatabaseConfig(url = process.env['DATABASE_URL']): DatabaseConfig {
  const { databaseUrl, databaseLogin, faults } = readDatabase({ ...process.env, DATABASE_URL: url });
  if (faults.length > 0) throw new ConfigError(faults);
  return { databaseUrl, databaseLogin };
}

/** Both as it is written in the address and as Redis receives it. */
function passwordsOf(redisUrl: string): string[] {
  const written = splitAddresses(redisUrl).flatMap((address) => [new URL(address).password, parseAddress(address).password]);
  return [...new Set(written.flatMap(present))];
}

const present = (value: string | null): string[] => (value === null || value === '' ? [] : [value]);

function attempt<T>(parse: () => T): T | ConfigError {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

function freeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) freeze(part as object);
  return Object.freeze(value);
}
