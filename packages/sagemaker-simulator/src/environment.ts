import { z } from 'zod';
import type { SimulatorOptions } from './simulator.ts';
import { defaultSettings, type SettingsPatch } from './settings.ts';

const number = z
  .string()
  .trim()
  .min(1)
  .transform(Number)
  .refine((value) => Number.isFinite(value) && value >= 0, { message: 'must be a number, 0 or more', abort: true });

const environment = z.object({
  SIMULATOR_HOST: z.string().min(1).default('127.0.0.1'),
  SIMULATOR_PORT: number.refine((port) => Number.isInteger(port) && port <= 65_535, 'must be a port').default(8007),
  SIMULATOR_STATE_FILE: z.string().optional(),
  SIMULATOR_ACCOUNT_ID: z
    .string()
    .regex(/^\d{12}$/, 'must be 12 digits')
    .optional(),
  SIMULATOR_TRAINING_SECONDS: number.optional(),
  SIMULATOR_STOP_SECONDS: number.optional(),
  /** For creating and updating alike. */
  SIMULATOR_ENDPOINT_SECONDS: number.optional(),
  SIMULATOR_ENDPOINT_DELETE_SECONDS: number.optional(),
  SIMULATOR_WAIT_SCALE: number.refine((scale) => scale > 0 && scale <= 1000, 'must be more than 0, and at most 1000').optional(),
  SIMULATOR_CONFIG_VISIBLE_AFTER_MS: number.optional(),
  /** SageMaker's quota is 1. */
  SIMULATOR_CREATE_TRAINING_JOB_PER_SECOND: number.refine((rate) => rate > 0, 'must be more than 0').optional(),
  SIMULATOR_LIST_TRAINING_JOBS_PER_SECOND: number.refine((rate) => rate > 0, 'must be more than 0').optional(),
  /** An address to POST events to, as an EventBridge API destination does. */
  SIMULATOR_EVENTS_URL: z.url('must be an address like http://127.0.0.1:8006/events').optional(),
  SIMULATOR_EVENTS_API_KEY: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

/** The names of all variables. */
export const variables: readonly string[] = Object.keys(environment.shape);

export type Environment = Pick<SimulatorOptions, 'host' | 'port' | 'stateFile' | 'accountId'> & {
  settings: SettingsPatch;
  logLevel: string;
};

/** The options that the environment sets, or one line for each invalid variable. An empty variable counts as unset. */
export function readEnvironment(env: Record<string, string | undefined>): { options: Environment } | { issues: string[] } {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = environment.safeParse(set);
  if (!result.success) {
    return {
      issues: result.error.issues.map(
        ({ path, message }) => `${path.join('.')} is ${JSON.stringify(set[String(path[0])] ?? '')}: ${message}`,
      ),
    };
  }
  const { data } = result;
  return {
    options: {
      host: data.SIMULATOR_HOST,
      port: data.SIMULATOR_PORT,
      stateFile: data.SIMULATOR_STATE_FILE ?? null,
      accountId: data.SIMULATOR_ACCOUNT_ID,
      settings: toSettings(data),
      logLevel: data.LOG_LEVEL,
    },
  };
}

function toSettings(data: z.output<typeof environment>): SettingsPatch {
  const settings: SettingsPatch = {
    trainingSeconds: data.SIMULATOR_TRAINING_SECONDS,
    stopSeconds: data.SIMULATOR_STOP_SECONDS,
    endpointCreateSeconds: data.SIMULATOR_ENDPOINT_SECONDS,
    endpointUpdateSeconds: data.SIMULATOR_ENDPOINT_SECONDS,
    endpointDeleteSeconds: data.SIMULATOR_ENDPOINT_DELETE_SECONDS,
    waitScale: data.SIMULATOR_WAIT_SCALE,
    endpointConfigVisibleAfterMs: data.SIMULATOR_CONFIG_VISIBLE_AFTER_MS,
    rateLimits: {
      ...(data.SIMULATOR_CREATE_TRAINING_JOB_PER_SECOND && {
        CreateTrainingJob: { perSecond: data.SIMULATOR_CREATE_TRAINING_JOB_PER_SECOND },
      }),
      ...(data.SIMULATOR_LIST_TRAINING_JOBS_PER_SECOND && {
        ListTrainingJobs: { perSecond: data.SIMULATOR_LIST_TRAINING_JOBS_PER_SECOND },
      }),
    },
  };
  const { SIMULATOR_EVENTS_URL: url, SIMULATOR_EVENTS_API_KEY: apiKey } = data;
  if (url !== undefined) settings.events = { ...defaultSettings.events, targets: [{ kind: 'http', url, apiKey }] };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
