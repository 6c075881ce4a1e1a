/**
 * One JSON object a line on stdout, written without waiting for its reader (observability/line-writer.ts). No secret reaches a line:
 * the logger redacts known header and field names, reduces errors to a list of fields, and removes the configured keys and passwords
 * from the finished line, wherever they stand.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from '../config/config.ts';
import { openLineWriter } from './line-writer.ts';

export type { Logger } from 'pino';

/** Fields for every line that is logged inside its `run`: the request's id, in the API. */
export const logContext = new AsyncLocalStorage<Readonly<Record<string, string>>>();

const hidden = '[hidden]';
const secretFields = [
  'authorization',
  'x-api-key',
  'cookie',
  'set-cookie',
  'password',
  'apiKeys',
  'api_keys',
  'secrets',
  'redisUrl',
];
const shortestScrubbed = 4;

/** The fields of an error that a line has. An allow-list: Redis errors, for one, hold the arguments of AUTH. */
const errorFields = ['code', 'kind', 'operation', 'resource', 'effect', 'requestId'] as const;

export function createLogger(
  config: Pick<Config, 'logLevel' | 'secrets'>,
  service: 'api' | 'worker',
  destination?: DestinationStream,
): Logger {
  const log: Logger = pino(
    {
      level: config.logLevel,
      base: { service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // A copy: pino writes the line's own fields into it.
      mixin: () => ({ ...logContext.getStore() }),
      redact: { paths: secretFields.flatMap((field) => [`["${field}"]`, `*["${field}"]`, `*.*["${field}"]`]), censor: hidden },
      serializers: { err: describeError, error: describeError },
      hooks: { streamWrite: scrub(config.secrets) },
    },
    destination ?? openLineWriter(1, (lines) => reportLost(log, lines)),
  );
  return log;
}

/** At every level: no reader should take the log for complete. */
const reportLost = (log: Logger, lines: number): void =>
  log.child({}, { level: 'warn' }).warn({ event: 'log.lines_lost', lost_lines: lines }, 'log lines lost');

/** Lines about monitoring and deploying carry this component. */
export const autoDeployLogger = (log: Logger): Logger => log.child({ component: 'auto-deploy' });

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const extra = Object.fromEntries(
    errorFields.flatMap((field): [string, unknown][] => {
      const value: unknown = Reflect.get(error, field);
      return typeof value === 'string' || typeof value === 'number' ? [[field, value]] : [];
    }),
  );
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...extra,
    ...(error.cause instanceof Error ? { cause: describeError(error.cause) } : {}),
  };
}

/** Takes time in proportion to the line: any client can cause a line with a long path. */
const addressCredentials = /:\/\/[^\s"/@:]*:[^\s"/@]*@/g;

/**
 * Replaces each secret in a finished line, and the credentials of any address. Very short keys stay: they would match
 * inside ordinary words and break the line's JSON.
 */
function scrub(secrets: readonly string[]): (line: string) => string {
  const written = secrets
    .filter((secret) => secret.length >= shortestScrubbed)
    .map((secret) => JSON.stringify(secret).slice(1, -1));
  return (line) => {
    const withoutCredentials = line.replaceAll(addressCredentials, `://${hidden}@`);
    return written.reduce((text, secret) => text.replaceAll(secret, hidden), withoutCredentials);
  };
}
