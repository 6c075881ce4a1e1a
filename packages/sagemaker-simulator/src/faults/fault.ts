import { constants } from 'node:os';
import { z } from 'zod';
import { operations } from '../operations.ts';

const signals = Object.keys(constants.signals) as [NodeJS.Signals, ...NodeJS.Signals[]];
const reason = z.string().min(1).max(1024);

const common = {
  /** Assigned by the simulator when left out. */
  id: z.string().min(1).optional(),
  match: z
    .strictObject({
      operation: z.union([z.enum(operations), z.array(z.enum(operations)).min(1)]).optional(),
      /** A part of the resource's name; calls that name no resource don't match then. */
      nameContains: z.string().min(1).optional(),
    })
    .default({}),
  /** How many matching calls pass before the first injection. */
  skip: z.int().min(0).default(0),
  /** How many calls the fault is injected into before it is used up. */
  times: z.union([z.int().min(1), z.literal('forever')]).default(1),
  /** The probability of an injection into a matching call. */
  probability: z.number().min(0).max(1).default(1),
};
const standing = { ...common, times: common.times.unwrap().default('forever') };

export const faultSchema = z.discriminatedUnion('kind', [
  /** HTTP 400 ThrottlingException, no effect. */
  z.strictObject({ ...common, kind: z.literal('throttle') }),
  /** Throttles what is over the rate, each operation by itself; by default forever. */
  z.strictObject({
    ...standing,
    kind: z.literal('rate_limit'),
    perSecond: z.number().positive(),
    burst: z.number().min(1).optional(),
  }),
  /** Any other error; with `afterEffect` the call takes effect first, as behind a 5xx it may. */
  z.strictObject({
    ...common,
    kind: z.literal('error'),
    status: z.int().min(400).max(599).default(500),
    code: z.string().min(1).default('InternalFailure'),
    message: z.string().default('The request processing has failed because of an unknown error, exception or failure.'),
    afterEffect: z.boolean().default(false),
  }),
  /** The connection breaks before anything happens. */
  z.strictObject({ ...common, kind: z.literal('lose_request') }),
  /** The call takes effect, then the connection breaks. Only for calls that succeed. */
  z.strictObject({ ...common, kind: z.literal('lose_response') }),
  /** The call waits before anything happens. */
  z.strictObject({ ...common, kind: z.literal('delay'), ms: z.int().min(0).max(600_000) }),
  /** No effect, and no response ever. */
  z.strictObject({ ...common, kind: z.literal('hang') }),
  /** The training fails at the end of a phase. */
  z.strictObject({
    ...common,
    kind: z.literal('fail_training'),
    reason: reason.default('AlgorithmError: framework error: exit code: 1'),
    during: z.enum(['Starting', 'Pending', 'Downloading', 'Training', 'Uploading']).default('Training'),
  }),
  /** The update ends InService on the old endpoint configuration; a reason of null shows no FailureReason. */
  z.strictObject({
    ...common,
    kind: z.literal('roll_back_update'),
    reason: reason
      .nullable()
      .default(
        'The primary container for production variant AllTraffic did not pass the ping health check. Please check CloudWatch logs for this endpoint.',
      ),
    showRollingBack: z.boolean().default(false),
    /** Of a rolling update: how many batches pass the health check before. */
    afterBatches: z.int().min(0).default(0),
  }),
  /** The new instances never come up: the update ends at its time-out, back on the old configuration. */
  z.strictObject({ ...common, kind: z.literal('stall_update') }),
  /** If the rolling update is rolled back, that fails too: it ends as UpdateRollbackFailed, and the endpoint serves a mix. */
  z.strictObject({
    ...common,
    kind: z.literal('fail_rollback'),
    reason: reason.default('The rollback of the endpoint to its previous configuration failed.'),
  }),
  /** The creation ends as Failed; so does an update when `match.operation` names UpdateEndpoint. */
  z.strictObject({
    ...common,
    kind: z.literal('fail_endpoint'),
    reason: reason.default(
      'The primary container for production variant AllTraffic did not pass the ping health check. Please check CloudWatch logs for this endpoint.',
    ),
  }),
  /** ResourceLimitExceeded for what would take more than `limit` instances of the type; by default forever. */
  z.strictObject({ ...standing, kind: z.literal('quota'), limit: z.int().min(0), instanceType: z.string().min(1).optional() }),
  /**
   * Sends a signal to a process when a matching call arrives, or after its effect. With `drop` the call ends there, without a
   * response; that is the default for SIGKILL before the effect.
   */
  z.strictObject({
    ...common,
    kind: z.literal('signal'),
    pid: z.int().min(2),
    signal: z.enum(signals),
    when: z.enum(['before_effect', 'after_effect']),
    drop: z.boolean().optional(),
  }),
]);

export type FaultSpec = z.input<typeof faultSchema>;
export type StoredFault = z.output<typeof faultSchema> & { id: string; injected: number; skipped: number };
export type FaultKind = StoredFault['kind'];
export type FaultOf<K extends FaultKind> = Extract<StoredFault, { kind: K }>;
