/**
 * The failure kind of a training that did not complete, from SageMaker's FailureReason: a class (`AlgorithmError`, `ClientError`,
 * `CapacityError`, `InternalServerError`), a colon, and free text. The text may contain output of the algorithm, so its class comes
 * first.
 */
import { capacityText } from '../deployment/endpoint-failure.ts';
import type { FailureKind } from '../failure-kind.ts';
import type { TrainingJob } from './training-run.ts';

const denied = /access ?denied|not authorized|forbidden|\b403\b|permission|could not assume role|AccessDeniedException|kms:/i;

/** The first one that matches. */
const reasons: readonly (readonly [words: RegExp, kind: FailureKind])[] = [
  [/^AlgorithmError\b/i, 'algorithm'],
  [capacityText, 'capacity'],
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

/** Returns why a training ended as Failed. */
export const kindOfFailed = ({ failureReason }: Pick<TrainingJob, 'failureReason'>): FailureKind =>
  reasons.find(([words]) => words.test(failureReason ?? ''))?.[1] ?? 'other';

/**
 * Returns why a training ended as Stopped although no caller of this service requested that; null when a person decided it. SageMaker itself
 * stops a training that runs for too long, and one that does not receive its instances in time, which is not billed.
 */
export function kindOfStopped(job: TrainingJob): FailureKind | null {
  const waitedTooLong = job.secondaryStatus === 'MaxWaitTimeExceeded';
  const ranOutOfTime = waitedTooLong || job.secondaryStatus === 'MaxRuntimeExceeded';
  const notBilled = (job.billableSeconds ?? 0) === 0;
  const words = [job.failureReason ?? '', ...(ranOutOfTime ? job.phases.map(({ message }) => message ?? '') : [])];
  if (notBilled && (waitedTooLong || neverRan(job))) return 'capacity';
  if (words.some((text) => capacityText.test(text))) return 'capacity';
  if (ranOutOfTime) return 'timeout';
  return job.failureReason === null ? null : kindOfFailed(job);
}

const phasesWithoutInstances: readonly string[] = [
  'Starting',
  'Pending',
  'Interrupted',
  'Stopping',
  'Stopped',
  'MaxRuntimeExceeded',
];

const neverRan = ({ phases, startedAt }: TrainingJob): boolean =>
  startedAt === null && phases.length > 0 && phases.every(({ status }) => phasesWithoutInstances.includes(status));
