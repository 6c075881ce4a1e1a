import type { EndpointRecord, TrainingJobRecord } from '../state/records.ts';
import { currentPhase } from '../state/timeline.ts';
import { toTrainingStatus } from '../resources/training-job.ts';
import type { Log } from '../context.ts';
import type { EventSettings } from '../settings.ts';
import { deliver } from './deliver.ts';
import { endpointEvent, trainingEvent, type EventEnvelope } from './envelope.ts';

interface Options {
  settings: () => EventSettings;
  now: () => number;
  random: () => number;
  log: Log;
  closing: AbortSignal;
  /** Brings records up to now; a changed one is followed again. */
  settle: () => void;
}

/** The longest delay of setTimeout; a later change gets another timer then. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Sends the events of training jobs and endpoints to the targets of the settings: late, twice, out of order or not at all, as the
 * settings say. Each record has a timer for its next change of status, which is replaced with the record's timeline.
 */
export class EventBus {
  readonly #options: Options;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(options: Options) {
    this.#options = options;
    options.closing.addEventListener('abort', () => this.clear());
  }

  /** To be called for each training job that is new or has a new timeline. */
  followTraining(job: TrainingJobRecord, before: TrainingJobRecord | undefined): void {
    const now = this.#options.now();
    const known = before === undefined ? null : toTrainingStatus(currentPhase(before.timeline, now).status);
    this.#follow(
      `training-job/${job.name}`,
      (at) => {
        const phase = currentPhase(job.timeline, at);
        return {
          status: toTrainingStatus(phase.status),
          event: () => trainingEvent(job, phase),
          nextAt: nextAt(job.timeline, at),
        };
      },
      known,
    );
  }

  followEndpoint(endpoint: EndpointRecord, before: EndpointRecord | undefined): void {
    const now = this.#options.now();
    const known = before === undefined ? null : phaseKey(before, now);
    this.#follow(
      `endpoint/${endpoint.name}`,
      (at) => {
        const phase = currentPhase(endpoint.timeline, at);
        return {
          status: phaseKey(endpoint, at),
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
    observe: (at: number) => { status: string; event: () => EventEnvelope; nextAt: number | null },
    known: string | null,
  ): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    // The clock is read once: a change between two readings would be in neither the status nor the next timer, and get no event.
    const now = this.#options.now();
    const { status, event, nextAt: next } = observe(now);
    if (status !== known && status !== goneStatus) this.#send(event());
    if (next === null) return;
    const waitMs = Math.min(next - now, longestTimerMs);
    const timer = setTimeout(() => {
      this.#options.settle();
      if (this.#timers.get(key) === timer) this.#follow(key, observe, status);
    }, waitMs).unref();
    this.#timers.set(key, timer);
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

/** Tells two updates in a row apart, although both are Updating, and not the stages of one. */
function phaseKey(endpoint: EndpointRecord, now: number): string {
  const { status, startAt, modifiedAt = startAt } = currentPhase(endpoint.timeline, now);
  return status === goneStatus ? goneStatus : `${status}@${modifiedAt}`;
}

const nextAt = (timeline: { startAt: number }[], now: number): number | null =>
  timeline.find(({ startAt }) => startAt > now)?.startAt ?? null;
