import { AwsError } from '../aws-error.ts';
import type { Call } from '../call.ts';
import type { MetricBucket, ModelBehavior } from '../state/alarm-records.ts';
import type { EndpointPhase, LiveVariant } from '../state/records.ts';
import { keyOf, type Put, type State } from '../state/state.ts';
import { currentPhase } from '../state/timeline.ts';
import { endpointNamed } from './endpoint.ts';
import { bucketKey, bucketMs } from './metric-series.ts';
import { listContainers } from './model.ts';

/** Where a request goes. */
export interface Fleet {
  /** As the endpoint was created. */
  endpointName: string;
  endpointConfigName: string;
  variant: LiveVariant;
}

const serving: readonly string[] = ['InService', 'Updating', 'SystemUpdating', 'RollingBack', 'UpdateRollbackFailed', 'Deleting'];

/**
 * The fleet that a request reaches: the new one with the probability of its share of the traffic, and within it a variant by its weight.
 * @throws {AwsError} ValidationError, as SageMaker's runtime says it (aws/amazon-sagemaker-examples#559).
 */
export function reachedFleet(call: Call, endpointName: string, targetVariant: string | null): Fleet {
  const { state, now, accountId, random } = call;
  const endpoint = endpointNamed(state, endpointName, now);
  const phase = endpoint === null ? null : currentPhase(endpoint.timeline, now);
  if (endpoint === null || phase === null || !serving.includes(phase.status)) {
    throw new AwsError('ValidationError', `Endpoint ${endpointName} of account ${accountId} not found.`);
  }
  // Users report a ValidationError (strands-agents/harness-sdk#1969); the wording is made up.
  if (phase.features?.asyncInference) {
    throw new AwsError(
      'ValidationError',
      `Endpoint ${endpoint.name} does not support synchronous inference. Use InvokeEndpointAsync.`,
    );
  }
  const { pending, variants, endpointConfigName } = phase;
  const isNew = pending !== null && random() < (pending.share ?? 0);
  const fleet = isNew ? pending.variants : variants;
  const variant = targetVariant === null ? byWeight(fleet, random()) : fleet.find((one) => one.variantName === targetVariant);
  if (!variant) throw new AwsError('ValidationError', `Variant ${targetVariant} not found for endpoint ${endpoint.name}.`);
  return { endpointName: endpoint.name, endpointConfigName: isNew ? pending.endpointConfigName : endpointConfigName, variant };
}

function byWeight(fleet: EndpointPhase['variants'], random: number): LiveVariant | undefined {
  const total = fleet.reduce((sum, { weight }) => sum + weight, 0);
  let left = random * total;
  return fleet.find(({ weight }) => (left -= weight) < 0) ?? fleet.at(-1);
}

const prefix = 'SIMULATOR_';

/** What the containers of a model do, by a control route, or else by the model's environment. */
export function behaviorOf(state: State, modelName: string | null): ModelBehavior {
  const name = modelName ?? '';
  const set = [...state.modelBehaviors.values()].findLast(({ nameContains }) => name.includes(nameContains));
  if (set) return set;
  const model = state.models.get(keyOf(name));
  const environment = model ? (listContainers(model.request).at(-1)?.Environment ?? {}) : {};
  return {
    nameContains: name,
    status: Number(environment[`${prefix}STATUS`] ?? 200),
    share: 1,
    body: environment[`${prefix}RESPONSE`] ?? null,
    contentType: environment[`${prefix}CONTENT_TYPE`] ?? null,
    latencyMs: Number(environment[`${prefix}LATENCY_MS`] ?? 0),
    timesOut: false,
  };
}

/** Minutes that no alarm looks at any more (its longest time is a week, but no test waits for it). */
const keptBuckets = 24 * 60;

/** What CloudWatch learns of one request. */
export function countInvocation(
  { state, now, settings }: Call,
  { endpointName, endpointConfigName, variant }: Fleet,
  { status, timedOut, latencyMs }: { status: number; timedOut: boolean; latencyMs: number },
): void {
  const lengthMs = bucketMs(settings.waitScale);
  const at = now + latencyMs;
  const startAt = Math.floor(at / lengthMs) * lengthMs;
  const microseconds = latencyMs * 1000;
  const empty: MetricBucket = {
    endpointName,
    variantName: variant.variantName,
    endpointConfigName,
    startAt,
    lengthMs,
    invocations: 0,
    errors4xx: 0,
    errors5xx: 0,
    modelErrors: 0,
    latencySum: 0,
    latencyMin: Infinity,
    latencyMax: 0,
    latencies: [],
  };
  const bucket = state.metricBuckets.get(bucketKey(empty)) ?? empty;
  const is5xx = !timedOut && status >= 500;
  const is4xx = !timedOut && status >= 400 && status < 500;
  const counted: MetricBucket = {
    ...bucket,
    invocations: bucket.invocations + 1,
    errors4xx: bucket.errors4xx + Number(is4xx),
    errors5xx: bucket.errors5xx + Number(is5xx),
    modelErrors: bucket.modelErrors + Number(timedOut || status >= 400),
    latencySum: bucket.latencySum + microseconds,
    latencyMin: Math.min(bucket.latencyMin, microseconds),
    latencyMax: Math.max(bucket.latencyMax, microseconds),
    latencies: bucket.latencies.length < 100 ? [...bucket.latencies, microseconds] : bucket.latencies,
  };
  const isOld = (other: MetricBucket): boolean => other.startAt < at - keptBuckets * other.lengthMs;
  const old = bucket === empty ? [...state.metricBuckets].filter(([, other]) => isOld(other)) : [];
  state.commit({
    puts: [['metricBuckets', bucketKey(counted), counted], ...old.map(([key]): Put => ['metricBuckets', key, null])],
  });
}
