import { z } from 'zod';
import { operations, type Operation } from './operations.ts';

const seconds = z.number().min(0).max(31_536_000);

const rateLimit = z.strictObject({
  perSecond: z.number().positive(),
  /** Calls that may come at once after a quiet while; by default no more than a second's worth. */
  burst: z.number().min(1).optional(),
});
export type RateLimit = z.infer<typeof rateLimit>;

const trainingShares = z.strictObject({
  Starting: z.number().min(0),
  Pending: z.number().min(0),
  Downloading: z.number().min(0),
  Training: z.number().min(0),
  Uploading: z.number().min(0),
});

const eventTarget = z.discriminatedUnion('kind', [
  /** POSTed there, as an EventBridge API destination does. */
  z.strictObject({ kind: z.literal('http'), url: z.url(), apiKey: z.string().min(1).optional() }),
  /** Handed to the bundled Lambda function (dist/auto_deploy.mjs), in this process and with its environment. */
  z.strictObject({ kind: z.literal('lambda'), bundle: z.string().min(1) }),
]);
export type EventTarget = z.infer<typeof eventTarget>;

const probability = z.number().min(0).max(1);

/** EventBridge: best effort, sometimes twice, in any order (sagemaker-facts, section 6). */
const events = z.strictObject({
  targets: z.array(eventTarget).max(10),
  /** Each event comes up to so late, which brings them out of order. */
  maxLateMs: z.number().min(0).max(3_600_000),
  twice: probability,
  lost: probability,
});
export type EventSettings = z.infer<typeof events>;

/** How fast the stand-in's world goes, and its standing limits. A change holds for what begins after it. */
export const settingsSchema = z.strictObject({
  /** From CreateTrainingJob to Completed. */
  trainingSeconds: seconds,
  /** How that time is divided among the phases, in proportion; a phase of 0 is left out. */
  trainingShares,
  /** From StopTrainingJob to Stopped; SageMaker gives the container 120 s after SIGTERM (sagemaker-facts, section 1). */
  stopSeconds: seconds,
  endpointCreateSeconds: seconds,
  endpointUpdateSeconds: seconds,
  endpointDeleteSeconds: seconds,
  /** How long CreateEndpoint and UpdateEndpoint don't see a new endpoint configuration (sagemaker-facts, section 4). */
  endpointConfigVisibleAfterMs: z.number().min(0),
  /** How long DescribeTrainingJob does not find a new training job, and ListTags not its tags. */
  trainingJobVisibleAfterMs: z.number().min(0),
  trainingJobTagsVisibleAfterMs: z.number().min(0),
  rateLimits: z.partialRecord(z.enum(operations), rateLimit),
  /** Where state changes are told of, and how well. */
  events,
});

export interface Settings extends Omit<z.infer<typeof settingsSchema>, 'rateLimits'> {
  rateLimits: Partial<Record<Operation, RateLimit>>;
}

/** Some of the settings; `rateLimits` and `events` are replaced as a whole. */
export const settingsPatchSchema = settingsSchema.partial();
export type SettingsPatch = z.infer<typeof settingsPatchSchema>;

export const defaultSettings: Settings = {
  trainingSeconds: 60,
  trainingShares: { Starting: 0.1, Pending: 0, Downloading: 0.1, Training: 0.7, Uploading: 0.1 },
  stopSeconds: 2,
  endpointCreateSeconds: 30,
  endpointUpdateSeconds: 30,
  endpointDeleteSeconds: 5,
  endpointConfigVisibleAfterMs: 0,
  trainingJobVisibleAfterMs: 0,
  trainingJobTagsVisibleAfterMs: 0,
  rateLimits: {},
  events: { targets: [], maxLateMs: 0, twice: 0, lost: 0 },
};
