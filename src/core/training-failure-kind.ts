/**
 * What SageMaker's words about a training that did not complete mean, as one of the closed set. The words are those of its
 * FailureReason: a class (`AlgorithmError`, `ClientError`, `CapacityError`, `InternalServerError`), a colon, and free text. What the
 * algorithm printed may stand in that text, so its own class is told first.
 */
import type { SagemakerErrorKind } from './errors.ts';
import type { FailureKind } from './failure-kind.ts';
import type { TrainingJob } from './training-run.ts';

/** A refused or unanswered call that ended a run. */
export function kindOfRefusal(error: SagemakerErrorKind, message: string): FailureKind {
  if (capacity.test(message)) return 'capacity';
  switch (error) {
    case 'quota':
      return 'quota';
    case 'access_denied':
    case 'unauthenticated':
      return 'access_denied';
    case 'already_exists':
    case 'invalid':
      return 'invalid';
    case 'throttled':
    case 'unavailable':
    case 'busy':
      return 'timeout';
    case 'not_found':
    case 'unknown':
      return 'other';
  }
}

const denied = /access ?denied|not authorized|forbidden|\b403\b|permission|could not assume role|AccessDeniedException|kms:/i;
const capacity =
  /^CapacityError|InsufficientInstanceCapacity|insufficient (instance )?capacity|unable to provision requested ML compute capacity/i;

/** The first that fits. */
const reasons: readonly (readonly [words: RegExp, kind: FailureKind])[] = [
  [/^AlgorithmError\b/i, 'algorithm'],
  [capacity, 'capacity'],
  [/ResourceLimitExceeded|service limit|service quota/i, 'quota'],
  [
    /^(\w+: ?)?(Cannot find (repository|image)|CannotPull)|\bECR\b|\becr:|repository of your image|pull(ing)? (the )?(\w+ )?image/i,
    'image',
  ],
  [/MaxRuntimeExceeded|MaxWaitTimeExceeded|exceeded (the )?max(imum)? ?(run|wait) ?time/i, 'timeout'],
  [/Data download failed.*(NoSuchKey|NoSuchBucket|No S3 objects? found|does not exist|not found|\b404\b)/is, 'invalid'],
  [/Data download failed/i, 'access_denied'],
  [denied, 'access_denied'],
  [/Artifact upload failed|upload(ing)? (the )?model/i, 'artifact'],
  [/^ClientError\b|ValidationException|InvalidParameter/i, 'invalid'],
];

/** Why a training ended as Failed. */
export const kindOfFailed = ({ failureReason }: Pick<TrainingJob, 'failureReason'>): FailureKind =>
  reasons.find(([words]) => words.test(failureReason ?? ''))?.[1] ?? 'other';

/**
 * Why a training ended as Stopped where nobody asked the service for that; null for somebody's own decision. SageMaker itself stops one
 * that ran for too long, and one that did not get its instances in time: that one is never billed a second.
 */
export function kindOfStopped(
  job: Pick<TrainingJob, 'secondaryStatus' | 'failureReason' | 'billableSeconds' | 'startedAt' | 'statusMessages'>,
): FailureKind | null {
  const neverRan = (job.billableSeconds ?? 0) === 0 && job.startedAt === null;
  if (neverRan || [job.failureReason ?? '', ...(ranOutOfTime(job) ? job.statusMessages : [])].some((text) => capacity.test(text)))
    return 'capacity';
  if (ranOutOfTime(job)) return 'timeout';
  return job.failureReason === null ? null : kindOfFailed(job);
}

const ranOutOfTime = ({ secondaryStatus }: Pick<TrainingJob, 'secondaryStatus'>): boolean =>
  secondaryStatus === 'MaxRuntimeExceeded' || secondaryStatus === 'MaxWaitTimeExceeded';
