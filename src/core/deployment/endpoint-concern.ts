/** What a person has to know of an endpoint before anything else. */
import type { Deployment } from './deployment.ts';
import { type EndpointRecord, holdDetail, isHeld } from './endpoint-record.ts';

/** `problem`: something went wrong, and it is not right yet. `attention`: a person has stopped something, or has to decide. */
export type ConcernLevel = 'problem' | 'attention' | 'none';

export interface Concern {
  readonly level: ConcernLevel;
  /** One sentence for each, the gravest first; without a full stop. */
  readonly texts: readonly string[];
}

interface Known {
  readonly live: Deployment | null;
  readonly inProgress: Deployment | null;
  readonly waiting: readonly Deployment[];
  readonly record: EndpointRecord | null;
  /** The deployment that ended last. */
  readonly latest: Deployment | null;
}

const badEnds: readonly string[] = ['failed', 'rolled_back'];

/** An end that a newer deployment has made good is none: what counts is the last one. */
export function concernOf({ live, inProgress, waiting, record, latest }: Known): Concern {
  const problems: string[] = [];
  if (inProgress?.failingSince != null)
    problems.push(
      `${inProgress.trainingJobName} is retried: ${inProgress.failureReason ?? inProgress.waitsForDetail ?? inProgress.lastErrorKind}`,
    );
  if (inProgress?.revert != null) problems.push(`${inProgress.trainingJobName} goes back: ${inProgress.revert.reason}`);
  if (latest !== null && badEnds.includes(latest.status) && latest.deploymentId !== live?.deploymentId)
    problems.push(
      `${latest.trainingJobName} ${latest.status === 'failed' ? 'failed' : 'was rolled back'}: ${latest.failureReason ?? 'without a reason'}`,
    );
  const attention: string[] = [];
  const toDecide = waiting.filter(({ status }) => status === 'awaiting_approval').length;
  if (toDecide > 0) attention.push(`${toDecide === 1 ? 'A deployment awaits' : `${toDecide} deployments await`} an approval`);
  if (record !== null && isHeld(record)) attention.push(holdDetail(record).replace(/^t/, 'T'));
  const level = problems.length > 0 ? 'problem' : attention.length > 0 ? 'attention' : 'none';
  return { level, texts: [...problems, ...attention] };
}

const levels: readonly ConcernLevel[] = ['problem', 'attention', 'none'];

/** For `toSorted`: problems first. */
export const compareConcerns = (one: Concern, other: Concern): number => levels.indexOf(one.level) - levels.indexOf(other.level);
