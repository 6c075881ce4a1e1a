/** The lane of a training, from the run and its history. */
import type { HistoryEntry } from '../history.ts';
import { isFinishedRun, type TrainingRun } from '../training/training-run.ts';
import type { BarKind, Lane, Mark } from './bar.ts';
import { barsOfMarks } from './bars-of-marks.ts';

/** What a lane needs of a run. */
export type LaneRun = Pick<
  TrainingRun,
  'status' | 'createdAt' | 'finishedAt' | 'finishedBy' | 'trainingEndedAt' | 'secondaryStatus'
>;

/** SageMaker's SecondaryStatus values (docs/reference/sagemaker-behavior.md#training-job-statuses) that have a bar of their own. */
const phases: Readonly<Record<string, BarKind>> = {
  Starting: 'starting',
  LaunchingMLInstances: 'starting',
  PreparingTrainingStack: 'starting',
  Pending: 'starting',
  Downloading: 'downloading',
  DownloadingTrainingImage: 'downloading',
  Training: 'training',
  Uploading: 'uploading',
  Stopping: 'stopping',
};

/** In words: `LaunchingMLInstances` is `launching ML instances`. */
export const phaseInWords = (phase: string): string =>
  phase
    .replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, ' ')
    .replaceAll(/\b[A-Z](?=[a-z])/g, (letter) => letter.toLowerCase());

/** `entries`: those of the training, oldest first; the oldest may be missing. */
export function trainingLane(run: LaneRun, entries: readonly HistoryEntry[], now: number): Lane {
  const isOpen = !isFinishedRun(run.status);
  const from = run.createdAt;
  const to = Math.max(from, isOpen ? now : (run.finishedAt ?? entries.at(-1)?.at ?? now));
  const [first] = entries;
  const marks: Mark[] = [first?.from === null ? beginning(first, from) : withoutBeginning(run, first, from)];
  for (const entry of entries) {
    const mark = markOf(entry, run);
    if (mark !== null) marks.push(mark);
  }
  const ended = run.trainingEndedAt;
  if (ended !== null && !isOpen && ended < to) insertEnd(marks, { at: ended, run });
  return { deploymentId: null, attempt: null, status: run.status, from, to, isOpen, bars: barsOfMarks(marks, { to, isOpen }) };
}

/** Of a run whose first entry is known: it was requested here, or adopted from SageMaker some time after it had begun. */
const beginning = ({ to, actor, by, detail }: HistoryEntry, at: number): Mark =>
  to === 'requested'
    ? { at, kind: 'requested', label: 'requested', detail, actor, by }
    : { at, kind: 'unobserved', label: 'not observed', detail, actor, by };

/** Of a run whose older entries are pruned or on another page. */
const withoutBeginning = ({ status }: LaneRun, first: HistoryEntry | undefined, at: number): Mark =>
  first === undefined && status === 'requested'
    ? { at, kind: 'requested', label: 'requested', detail: null, actor: null, by: null }
    : { at, kind: 'training', label: 'training', detail: null, actor: null, by: null };

/** null for an entry that begins nothing. */
function markOf({ at, from, to, actor, by, detail }: HistoryEntry, run: LaneRun): Mark | null {
  if (detail === 'stop requested') return { at, kind: 'stopping', label: 'stopping', detail, actor, by };
  if (to === 'timed_out') return { at, kind: 'unobserved', label: 'not observed', detail, actor, by };
  if (to !== 'training') return null;
  if (from === 'requested') return { at, kind: 'starting', label: 'starting', detail, actor, by };
  // An adopted training is in whatever phase SageMaker shows next.
  const phase = from === null ? (run.status === 'training' ? run.secondaryStatus : null) : detail;
  if (phase === null) return from === null ? { at, kind: 'training', label: 'training', detail, actor, by } : null;
  return { at, kind: phases[phase] ?? 'phase', label: phaseInWords(phase), detail: from === null ? detail : null, actor, by };
}

/** SageMaker's own instant of the end; what was recorded after it begins no bar any more. */
function insertEnd(marks: Mark[], { at, run }: { at: number; run: LaneRun }): void {
  const kept = marks.filter((mark, index) => index === 0 || mark.at <= at);
  const detail = run.finishedBy === null ? null : `seen by: ${run.finishedBy}`;
  const end: Mark = {
    at: Math.max(at, marks[0]?.at ?? at),
    kind: 'detection',
    label: 'detection',
    detail,
    actor: run.finishedBy,
    by: null,
  };
  marks.splice(0, marks.length, ...kept, end);
}
