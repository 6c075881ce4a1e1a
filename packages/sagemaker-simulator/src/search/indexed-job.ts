import { createHash } from 'node:crypto';
import type { SearchIndexSettings } from '../settings.ts';
import type { TrainingJobRecord, TrainingPhase } from '../state/records.ts';
import { currentPhase } from '../state/timeline.ts';

/**
 * A training job as the index has it: up to the last of its phases that has reached the index. null for one that has not reached it at
 * all. A function of the record and the time, like everything here: what is lost or late is drawn from the job's name and the phase.
 */
export function toIndexed(job: TrainingJobRecord, settings: SearchIndexSettings, now: number): TrainingJobRecord | null {
  if (settings.lost === 0 && settings.late === 0 && settings.loses.length === 0 && settings.delays.length === 0) {
    const seenAt = now - settings.lagMs;
    return job.createdAt > seenAt ? null : upTo(job, currentPhase(job.timeline, seenAt));
  }
  const last = job.timeline.findLast((phase) => {
    const at = indexedAt(job, phase, settings);
    return at !== null && at <= now;
  });
  return last === undefined ? null : upTo(job, last);
}

/** When the change reaches the index; null for never. */
function indexedAt({ name }: TrainingJobRecord, phase: TrainingPhase, settings: SearchIndexSettings): number | null {
  const contains = (part: string): boolean => name.includes(part);
  if (settings.loses.some(contains) || drawn(name, phase, 'lost') < settings.lost) return null;
  const isLate = settings.delays.some(contains) || drawn(name, phase, 'late') < settings.late;
  return phase.startAt + settings.lagMs + (isLate ? settings.lateMs : 0);
}

/** In [0, 1), always the same for one change. */
function drawn(name: string, { status, startAt }: TrainingPhase, what: string): number {
  return createHash('sha256').update(`${what}/${name}/${status}/${startAt}`).digest().readUInt32BE() / 2 ** 32;
}

function upTo(job: TrainingJobRecord, last: TrainingPhase): TrainingJobRecord {
  const index = job.timeline.indexOf(last);
  return index === job.timeline.length - 1 ? job : { ...job, timeline: job.timeline.slice(0, index + 1) };
}
