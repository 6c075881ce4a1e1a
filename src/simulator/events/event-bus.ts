import type { EndpointRecord, TrainingJobRecord } from '../state/records.ts';
import { currentPhase } from '../state/timeline.ts';
import { trainingStatusOf } from '../training/training-job.ts';
import type { Log } from '../world.ts';
import type { EventSettings } from '../settings.ts';
import { deliver } from './deliver.ts';
import { endpointEvent, trainingEvent, type EventEnvelope } from './envelope.ts';

interface Options {
  settings: () => EventSettings;
  now: () => number;
  random: () => number;
  log: Log;
  closing: AbortSignal;
}

/** setTimeout takes no more; what is further off is looked at again then. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Sends the events of what happens to training jobs and endpoints to where the settings say: late, twice, out of order or not at all,
 * as they say too. Each record's next status change has a timer; a record that gets another course gets another timer.
 */
export class EventBus {
  readonly #options: Options;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(options: Options) {
    this.#options = options;
    options.closing.addEventListener('abort', () => this.clear());
  }

  /** To be told of every training job that is new or has another course. */
  followTraining(job: TrainingJobRecord, before: TrainingJobRecord | undefined): void {
    const now = this.#options.now();
    const known = before === undefined ? null : trainingStatusOf(currentPhase(before.timeline, now).status);
    this.#follow(
      `training-job/${job.name}`,
      () => {
        const phase = currentPhase(job.timeline, this.#options.now());
        return {
          status: trainingStatusOf(phase.status),
          event: () => trainingEvent(job, phase),
          nextAt: nextAt(job.timeline, this.#options.now()),
        };
      },
      known,
    );
  }

  followEndpoint(endpoint: EndpointRecord, before: EndpointRecord | undefined): void {
    const now = this.#options.now();
    const known = before === undefined ? null : courseOf(before, now);
    this.#follow(
      `endpoint/${endpoint.name}`,
      () => {
        const at = this.#options.now();
        const phase = currentPhase(endpoint.timeline, at);
        return {
          status: courseOf(endpoint, at),
          event: () => endpointEvent(endpoint, phase),
          nextAt: nextAt(endpoint.timeline, at),
        };
      },
      known,
    );
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #follow(
    key: string,
    look: () => { status: string; event: () => EventEnvelope; nextAt: number | null },
    known: string | null,
  ): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    const { status, event, nextAt: next } = look();
    if (status !== known && status !== goneStatus) this.#send(event());
    if (next === null) return;
    const waitMs = Math.min(Math.max(0, next - this.#options.now()), longestTimerMs);
    this.#timers.set(key, setTimeout(() => this.#follow(key, look, status), waitMs).unref());
  }

  #send(event: EventEnvelope): void {
    const { settings, random, log, closing } = this.#options;
    const { targets, maxLateMs, twice, lost } = settings();
    for (const target of targets) {
      if (random() < lost) {
        log.info({ event: event.detail, target: target.kind }, 'an event is lost');
        continue;
      }
      const copies = random() < twice ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) void deliver(event, target, { afterMs: random() * maxLateMs, log, closing });
    }
  }
}

const goneStatus = 'Gone';

/** Two updates in a row are two courses, although both are Updating. */
function courseOf(endpoint: EndpointRecord, now: number): string {
  const { status, startAt } = currentPhase(endpoint.timeline, now);
  return status === goneStatus ? goneStatus : `${status}@${startAt}`;
}

const nextAt = (timeline: { startAt: number }[], now: number): number | null =>
  timeline.find(({ startAt }) => startAt > now)?.startAt ?? null;
