/** What a training that a sweep or a walk shows means for its run. */

/** Statuses at SageMaker in which the training continues; any other one, known or new, is looked into. */
const ongoing: readonly string[] = ['InProgress', 'Stopping'];

export const isOngoing = ({ status }: { status: string }): boolean => ongoing.includes(status);

const phases: readonly string[] = ['Starting', 'Pending', 'Downloading', 'Training', 'Uploading', 'Stopping'];

/**
 * Whether the index shows a later phase than the one that is recorded. It may be behind, so that a phase before the recorded one is no
 * news; one that has no place in the order (a spot training is interrupted, and starts again) is.
 */
export function isLaterPhase(recorded: string | null, shown: string | null): boolean {
  if (shown === null || shown === recorded) return false;
  if (recorded === null) return true;
  const [from, to] = [phases.indexOf(recorded), phases.indexOf(shown)];
  return from === -1 || to === -1 || to > from;
}
