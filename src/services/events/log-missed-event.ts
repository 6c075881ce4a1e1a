import type { Trigger } from '../../core/deployment/deployment.ts';
import type { TrainingRun } from '../../core/training/training-run.ts';
import type { ServiceContext } from '../context.ts';
import { lastEventMark, refusedEventMark } from './event-marks.ts';

/** An event that comes this late is not missed: EventBridge delivers within seconds. */
const eventLatenessMs = 10_000;
/** An installation that received no event for so long does not use them. */
const eventsInUseMs = 7 * 24 * 3_600_000;

interface LogMissedEventInput {
  run: TrainingRun;
  trainingEndedAt: number | null;
  detectedBy: Trigger;
}

/** Logs that no event reported the end of a training although events are in use. Nothing is lost, and the event path may be broken. */
export async function logMissedEvent(
  { store, now, log }: ServiceContext,
  { run, trainingEndedAt, detectedBy }: LogMissedEventInput,
): Promise<void> {
  // A training that had ended before it was adopted says nothing about events.
  if (run.foundEnded || detectedBy === 'event' || detectedBy === 'api') return;
  const lateMs = trainingEndedAt === null ? 0 : now() - trainingEndedAt;
  if (lateMs < eventLatenessMs) return;
  const lastEventAt = await store.leases.findCheckpoint(lastEventMark);
  if (lastEventAt === null || now() - lastEventAt > eventsInUseMs) return;
  const refusedAt = await store.leases.findCheckpoint(refusedEventMark);
  if (refusedAt !== null && now() - refusedAt < lateMs + eventLatenessMs) return;
  log.warn(
    { event: 'training.event_missed', training_job_name: run.trainingJobName, detected_by: detectedBy, after_ms: lateMs },
    'training end was not reported by an event',
  );
}
