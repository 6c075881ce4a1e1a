import { z } from 'zod';
import { operations, type Operation } from './operations.ts';

const seconds = z.number().min(0).max(31_536_000);

const rateLimit = z.strictObject({
  perSecond: z.number().positive(),
  /** How many calls may arrive at once after an idle period; by default the calls of one second. */
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
  /** The simulator POSTs events to it, as an EventBridge API destination does. */
  z.strictObject({ kind: z.literal('http'), url: z.url(), apiKey: z.string().min(1).optional() }),
  /** The simulator calls the `handler` of a Lambda function's bundle (.mjs), in its own process and environment. */
  z.strictObject({ kind: z.literal('lambda'), bundle: z.string().min(1) }),
]);
export type EventTarget = z.infer<typeof eventTarget>;

const probability = z.number().min(0).max(1);

/** EventBridge: best effort, sometimes twice, in any order. */
const events = z.strictObject({
  targets: z.array(eventTarget).max(10),
  /** Each event is delayed at random by up to this long, so that events arrive out of order. */
  maxLateMs: z.number().min(0).max(3_600_000),
  twice: probability,
  lost: probability,
});
export type EventSettings = z.infer<typeof events>;

const nameParts = z.array(z.string().min(1)).max(1000);

/** The index that Search reads: behind the jobs, and not complete. */
const searchIndex = z.strictObject({
  /** How long a change of a training job takes to reach it. */
  lagMs: z.number().min(0),
  /** How likely it is that a change never reaches it. */
  lost: probability,
  /** How likely it is that a change reaches it `lateMs` later than the others. */
  late: probability,
  lateMs: z.number().min(0),
  /** Training jobs of which no change, and every change late, reaches it: parts of their names. */
  loses: nameParts,
  delays: nameParts,
});
export type SearchIndexSettings = z.infer<typeof searchIndex>;

/** AWS JSON writes what is no number as a string. */
export const metricValue = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]);

/** Managed spot training: how long it waits for instances, and how often it loses them. */
const spot = z.strictObject({
  /** How much longer a job is Starting before it gets its first instances. */
  waitSeconds: seconds,
  /** How often it is Interrupted while it trains, and for how long each time. */
  interruptions: z.int().min(0).max(100),
  interruptedSeconds: seconds,
  /** BillableTimeInSeconds as a share of TrainingTimeInSeconds. */
  billableShare: probability,
});

/** How long everything takes, and the rate limits. A change applies to what begins after it. */
export const settingsSchema = z.strictObject({
  /** From CreateTrainingJob to Completed. */
  trainingSeconds: seconds,
  /** The proportions in which the phases share that time; a phase of 0 is left out. */
  trainingShares,
  /** From StopTrainingJob to Stopped; SageMaker gives the container 120 s after SIGTERM. */
  stopSeconds: seconds,
  spot,
  /** Final metrics by their names, in place of made-up values. A training job has only those that it defines. */
  finalMetrics: z.record(z.string().min(1).max(255), metricValue),
  endpointCreateSeconds: seconds,
  endpointUpdateSeconds: seconds,
  endpointDeleteSeconds: seconds,
  /** How long a second of a request takes: of the waits and the time-out of a rollout, and of the periods of an alarm. */
  waitScale: z.number().positive().max(1000),
  /** Whether a rollout without alarms bakes; SageMaker's documentation does not say. */
  bakesWithoutAlarms: z.boolean(),
  /** Whether DescribeEndpoint shows the new EndpointConfigName while the endpoint is updated, and not the old one. */
  showsNewConfigAtOnce: z.boolean(),
  /** The FailureReason after a rollback by an alarm or the time-out; null gives none, as users report it. */
  rollbackReason: z.string().min(1).max(1024).nullable(),
  /** How long a data point of a metric takes to reach the alarms, scaled by waitScale. */
  metricDelaySeconds: z.number().min(0).max(3600),
  /** How long CreateEndpoint and UpdateEndpoint don't see a new endpoint configuration. */
  endpointConfigVisibleAfterMs: z.number().min(0),
  /** How long DescribeTrainingJob does not find a new training job, and ListTags not its tags. */
  trainingJobVisibleAfterMs: z.number().min(0),
  trainingJobTagsVisibleAfterMs: z.number().min(0),
  /** Whether the caller of DeleteEndpoint may call DeregisterScalableTarget, which SageMaker then does in its name. */
  mayDeregisterScalableTargets: z.boolean(),
  searchIndex,
  rateLimits: z.partialRecord(z.enum(operations), rateLimit),
  /** Where events are sent, and how reliably. */
  events,
});

export interface Settings extends Omit<z.infer<typeof settingsSchema>, 'rateLimits'> {
  rateLimits: Partial<Record<Operation, RateLimit>>;
}

/** Some of the settings; `spot`, `finalMetrics`, `rateLimits`, `searchIndex` and `events` are replaced as a whole. */
export const settingsPatchSchema = settingsSchema.partial();
export type SettingsPatch = z.infer<typeof settingsPatchSchema>;

export const defaultSettings: Settings = {
  trainingSeconds: 60,
  trainingShares: { Starting: 0.1, Pending: 0, Downloading: 0.1, Training: 0.7, Uploading: 0.1 },
  stopSeconds: 2,
  spot: { waitSeconds: 0, interruptions: 0, interruptedSeconds: 0, billableShare: 0.3 },
  finalMetrics: {},
  endpointCreateSeconds: 30,
  endpointUpdateSeconds: 30,
  endpointDeleteSeconds: 5,
  waitScale: 1,
  bakesWithoutAlarms: true,
  showsNewConfigAtOnce: false,
  rollbackReason: null,
  metricDelaySeconds: 60,
  endpointConfigVisibleAfterMs: 0,
  trainingJobVisibleAfterMs: 0,
  trainingJobTagsVisibleAfterMs: 0,
  mayDeregisterScalableTargets: true,
  searchIndex: { lagMs: 0, lost: 0, late: 0, lateMs: 0, loses: [], delays: [] },
  rateLimits: {},
  events: { targets: [], maxLateMs: 0, twice: 0, lost: 0 },
};
