import { z } from 'zod';
import { parsePostgresAddress, postgresParameterFault, sslModes } from '../core/postgres-address.ts';
import { maxNameLength, maxProjectNameLength, namePattern } from '../core/sagemaker/names.ts';
import {
  imagePattern,
  instanceTypePattern,
  maxArnLength,
  maxS3UriLength,
  maxTrainingSeconds,
  roleArnPattern,
  s3UriPattern,
} from '../core/sagemaker/limits.ts';
import { type RedisMode, redisModes, splitAddresses } from '../core/redis-place.ts';
import { type ApiKey, apiKeysInWords, readApiKeys } from './api-keys.ts';
import { tracingVariables } from './tracing.ts';
import { address, optional, required, type Rule, seconds, text, integer, withDefault } from './variable.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

const day = 86_400;
const maxInstances = 1000;

const name = text(namePattern, `letters, digits and inner hyphens, ${maxNameLength} characters at most`, maxNameLength);
const projectName = text(
  namePattern,
  `letters, digits and inner hyphens, ${maxProjectNameLength} characters at most (training job names, of at most ${maxNameLength}, begin with it)`,
  maxProjectNameLength,
);
const image = text(imagePattern, 'the address of a container image: 1 to 255 characters without white space');
const s3Uri = text(s3UriPattern, 'an address like s3://bucket/prefix', maxS3UriLength);
const roleArn = text(roleArnPattern, "an IAM role's ARN, like arn:aws:iam::123456789012:role/sagemaker", maxArnLength);
const instanceType = text(instanceTypePattern, 'an instance type, like ml.m5.xlarge');

const filePattern = /^file:(?!(\/\/)?:memory:)(?!\/\/[^/])[^?#\s]*[^?#\s/]$/;

const databaseUrl: Rule<string> = {
  schema: z
    .string()
    .max(2048)
    .refine((value) => filePattern.test(value) || parsePostgresAddress(value) !== null),
  may: `file: and the path of a file, like file:./data/autodeploy.db, or postgres://USER:PASSWORD@HOST:PORT/NAME, where sslmode (${sslModes.join(', ')}) and sslrootcert may follow as parameters`,
  fault: postgresParameterFault,
};

const flag: Rule<boolean> = { schema: z.enum(['true', 'false']).transform((value) => value === 'true'), may: 'true or false' };

const redisUrl: Rule<string> = {
  schema: z.string().refine((value) => splitAddresses(value).every(isRedisUrl)),
  may: 'redis:// or rediss://, then [user:password@]host[:port][/database number]; several such, separated by commas, where REDIS_MODE is cluster or sentinel',
};

const redisMode: Rule<RedisMode> = { schema: z.enum(redisModes), may: `one of ${redisModes.join(', ')}` };
const visible = (what: string): Rule<string> => text(/^[!-~]+$/, `${what}: visible ASCII characters`, 512);

const changeFeed: Rule<'auto' | 'off'> = { schema: z.enum(['auto', 'off']), may: 'auto or off' };

const privateAddresses: Rule<'refuse' | 'allow'> = { schema: z.enum(['refuse', 'allow']), may: 'refuse or allow' };

const logLevel: Rule<LogLevel> = { schema: z.enum(logLevels), may: `one of ${logLevels.join(', ')}` };

const basePath: Rule<string> = {
  schema: z
    .string()
    .max(256)
    .regex(/^[A-Za-z0-9._~/-]*$/)
    .transform((path) => path.split('/').filter((part) => part !== ''))
    .refine((parts) => parts.every((part) => !/^\.+$/.test(part)))
    .transform((parts) => parts.map((part) => `/${part}`).join('')),
  may: 'a path of letters, digits and ._~- like /model-init, or / for none',
};

const publicUrl: Rule<string> = {
  schema: z.string().max(2048).refine(isPublicUrl),
  may: 'the address as people reach it, like https://ml.example.com/model-init, without credentials, query and fragment',
};

const apiKeys: Rule<readonly ApiKey[]> = {
  schema: z
    .string()
    .transform(readApiKeys)
    .refine((read) => 'keys' in read)
    .transform((read) => ('keys' in read ? read.keys : [])),
  may: apiKeysInWords,
  fault: (value) => {
    const read = readApiKeys(value);
    return 'fault' in read ? read.fault : null;
  },
};

const linkSigningKey = text(/^[!-~]{32,}$/, '32 to 1024 visible ASCII characters, like those of openssl rand -hex 32', 1024);

/** What links are made of: the API opens them, and workers write them into notifications. */
export const linkVariables = {
  BASE_PATH: { ...withDefault(basePath, '/model-init'), empty: '' },
  PUBLIC_URL: optional(publicUrl),
  API_KEYS: withDefault(apiKeys, []),
  LINK_SIGNING_KEY: optional(linkSigningKey),
};

/** The documented environment, as far as every process needs it. */
export const databaseVariables = {
  DATABASE_URL: address(databaseUrl, 'file:./data/autodeploy.db'),
  DATABASE_PASSWORD_FILE: optional(text(/^.+$/, 'the path of a file, like /run/secrets/database-password')),
  DATABASE_IAM: withDefault(flag, false),
};

export const sharedVariables = {
  REDIS_URL: address(redisUrl, 'redis://127.0.0.1:6379'),
  REDIS_MODE: withDefault(redisMode, 'single'),
  REDIS_SENTINEL_NAME: optional(visible('the name that the sentinels give to the master, like mymaster')),
  REDIS_SENTINEL_USERNAME: optional(visible("the sentinels' user")),
  REDIS_SENTINEL_PASSWORD: optional(visible("the sentinels' password")),
  QUEUE_PREFIX: optional(text(/^\S{1,100}$/, '1 to 100 characters without white space, like {autodeploy-my-project}')),
  WORKER_CONCURRENCY: withDefault(integer(1, 1000), 20),
  LOG_LEVEL: withDefault(logLevel, 'info'),
  HEARTBEAT_FILE: optional(text(/^.+$/, 'the path of a file, like /tmp/heartbeat')),
  PROJECT_NAME: withDefault(projectName, 'ml-sentiment'),
  ENDPOINT_NAME: optional(name),
  EXECUTION_ROLE_ARN: required(roleArn),
  TRAINING_IMAGE: required(image),
  SERVING_IMAGE: optional(image),
  TRAINING_INPUT_S3_URI: optional(s3Uri),
  MODEL_OUTPUT_S3_URI: required(s3Uri),
  TRAINING_INSTANCE_TYPE: withDefault(instanceType, 'ml.m5.xlarge'),
  TRAINING_INSTANCE_COUNT: withDefault(integer(1, maxInstances), 1),
  TRAINING_VOLUME_GB: withDefault(integer(1, 65_536), 30),
  TRAINING_MAX_RUNTIME_SECONDS: withDefault(integer(1, maxTrainingSeconds), day),
  ENDPOINT_INSTANCE_TYPE: withDefault(instanceType, 'ml.m5.large'),
  ENDPOINT_INSTANCE_COUNT: withDefault(integer(1, maxInstances), 1),
  POLL_INTERVAL_SECONDS: withDefault(seconds(day), 60_000),
  CHANGE_FEED: withDefault(changeFeed, 'auto'),
  ENDPOINT_POLL_SECONDS: withDefault(seconds(day), 15_000),
  RECONCILE_INTERVAL_SECONDS: withDefault(seconds(day), 30_000),
  MAX_TRAINING_WAIT_SECONDS: withDefault(seconds(60 * day), 172_800_000),
  MAX_DEPLOYMENT_WAIT_SECONDS: withDefault(seconds(7 * day), 7_200_000),
  HISTORY_RETENTION_DAYS: optional(integer(1, 36_500)),
  NOTIFY_PRIVATE_ADDRESSES: withDefault(privateAddresses, 'refuse'),
  DELIVERY_FILE: optional(text(/^.+$/, 'the path of a file, like /etc/autodeploy/delivery.yaml')),
  ...linkVariables,
  ...tracingVariables,
};

/** The documented environment, as far as only the API needs it. */
export const apiVariables = {
  HOST: withDefault(
    text(/^[A-Za-z0-9.:_-]+$/, 'an address or host name to listen on, like 127.0.0.1 or 0.0.0.0', 255),
    '127.0.0.1',
  ),
  PORT: withDefault(integer(0, 65_535), 8006),
};

function isRedisUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  // A stray % would make every client fail later, while it decodes the password.
  if (/%(?![0-9a-f]{2})/i.test(`${url.username}${url.password}${url.hostname}`)) return false;
  return /^rediss?:$/.test(url.protocol) && url.hostname !== '' && /^\/?\d{0,3}$/.test(url.pathname);
}

function isPublicUrl(value: string): boolean {
  if (!URL.canParse(value) || /[?#\s]/.test(value)) return false;
  const { protocol, hostname, username, password } = new URL(value);
  return /^https?:$/.test(protocol) && hostname !== '' && username === '' && password === '';
}
