import type { StoredFault } from '../faults/fault.ts';
import type { SettingsPatch } from '../settings.ts';
import type { AlarmRecord, MetricBucket, ModelBehavior } from './alarm-records.ts';
import { reachedByEndpoint, reachedByTraining, type Effect } from './effects.ts';
import { Journal } from './journal.ts';
import type { EndpointConfigRecord, EndpointRecord, ModelRecord, TrainingJobRecord } from './records.ts';
import type { ScalableTargetRecord, ScalingPolicyRecord, ScheduledActionRecord } from './scaling-records.ts';

interface Collections {
  trainingJobs: TrainingJobRecord;
  models: ModelRecord;
  endpointConfigs: EndpointConfigRecord;
  endpoints: EndpointRecord;
  scalableTargets: ScalableTargetRecord;
  scalingPolicies: ScalingPolicyRecord;
  scheduledActions: ScheduledActionRecord;
  /** By their names as they are: CloudWatch's have case. */
  alarms: AlarmRecord;
  metricBuckets: MetricBucket;
  modelBehaviors: ModelBehavior;
  faults: StoredFault;
  /** Under the one key `control`: the settings of the control route, which override those of the start. */
  settings: SettingsPatch;
}

type CollectionName = keyof Collections;

/** One record, new or changed; null removes it. */
export type Put = { [C in CollectionName]: [collection: C, key: string, value: Collections[C] | null] }[CollectionName];

/** What one call changes, all of it or nothing. */
export interface Change {
  puts: Put[];
  effects?: Effect[];
}

/** SageMaker's names are case-insensitive: ARNs have them in lower case, and CreateEndpoint's documentation says so. */
export const keyOf = (name: string): string => name.toLowerCase();

/** Everything that the simulator knows, in memory and, given a file, in a journal. */
export class State {
  readonly trainingJobs = new Map<string, TrainingJobRecord>();
  readonly models = new Map<string, ModelRecord>();
  readonly endpointConfigs = new Map<string, EndpointConfigRecord>();
  readonly endpoints = new Map<string, EndpointRecord>();
  readonly scalableTargets = new Map<string, ScalableTargetRecord>();
  readonly scalingPolicies = new Map<string, ScalingPolicyRecord>();
  readonly scheduledActions = new Map<string, ScheduledActionRecord>();
  readonly alarms = new Map<string, AlarmRecord>();
  readonly metricBuckets = new Map<string, MetricBucket>();
  readonly modelBehaviors = new Map<string, ModelBehavior>();
  /** The keys of endpoints with an update that alarms may end. */
  readonly rollouts = new Set<string>();
  readonly faults = new Map<string, StoredFault>();
  readonly settings = new Map<string, SettingsPatch>();
  /** Called for each record that a commit has put, with the record before it. */
  onPut: ((put: Put, before: unknown) => void) | null = null;
  readonly #journal: Journal<Change> | null;
  #effects: Effect[] = [];

  /** @param path the state file; null keeps the state in memory only. */
  constructor(path: string | null) {
    this.#journal =
      path === null
        ? null
        : Journal.open<Change>(
            path,
            (change) => this.#apply(change),
            () => this.#everything(),
          );
  }

  /** Appends the change to the journal, then applies it. */
  commit(change: Change): void {
    this.#journal?.append(change);
    const before = change.puts.map(([collection, key]) => this[collection].get(key));
    this.#apply(change);
    if (this.onPut !== null) for (const [index, put] of change.puts.entries()) this.onPut(put, before[index]);
  }

  /** Every effect up to now, oldest first, including those reached with time. */
  effects(now: number): Effect[] {
    const reached = [
      ...Array.from(this.trainingJobs.values(), (job) => reachedByTraining(job, now)),
      ...Array.from(this.endpoints.values(), (endpoint) => reachedByEndpoint(endpoint, now)),
    ];
    return [...this.#effects, ...reached.flat()].toSorted((a, b) => a.at - b.at);
  }

  /** Deletes everything. */
  clear(): void {
    this.#journal?.clear();
    for (const collection of this.#collections()) this[collection].clear();
    this.rollouts.clear();
    this.#effects = [];
  }

  close(): void {
    this.#journal?.close();
  }

  #apply({ puts, effects = [] }: Change): void {
    for (const [collection, key, value] of puts) {
      const map: Map<string, unknown> = this[collection];
      if (value === null) map.delete(key);
      else map.set(key, value);
      if (collection !== 'endpoints') continue;
      if (value?.rollout && value.rollout.alarmNames.length > 0) this.rollouts.add(key);
      else this.rollouts.delete(key);
    }
    this.#effects.push(...effects);
  }

  #collections(): CollectionName[] {
    return [
      'trainingJobs',
      'models',
      'endpointConfigs',
      'endpoints',
      'scalableTargets',
      'scalingPolicies',
      'scheduledActions',
      'alarms',
      'metricBuckets',
      'modelBehaviors',
      'faults',
      'settings',
    ];
  }

  *#everything(): Iterable<Change> {
    for (const collection of this.#collections()) {
      for (const [key, value] of this[collection]) yield { puts: [[collection, key, value] as Put] };
    }
    for (const effect of this.#effects) yield { puts: [], effects: [effect] };
  }
}
