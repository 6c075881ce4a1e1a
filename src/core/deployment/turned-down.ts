/** Why a training is deployed only by force. */
import { isFromBefore } from './decide-rollback.ts';
import { type TurnedDown, turnedDownKinds } from './delivery-state.ts';

interface Run {
  turnedDown: TurnedDown | null;
  createdAt: number;
  trainingCreatedAt: number | null;
}

/** In words, for the caller of POST /deploy and the history; null where nothing turned it down. */
export function whyTurnedDown(run: Run, rolledBackAt: number | null): string | null {
  if (run.turnedDown !== null) return inWords(run.turnedDown);
  return isFromBefore(run, rolledBackAt) ? fromBefore(rolledBackAt ?? 0) : null;
}

const fromBefore = (rolledBackAt: number): string =>
  `the endpoint was rolled back at ${new Date(rolledBackAt).toISOString()}, and this training is from before that`;

function inWords({ how, by, reason }: TurnedDown): string {
  const why = reason === null ? '' : `: ${reason}`;
  switch (how) {
    case 'gate':
      return `the gate turned it down${why}`;
    case 'person':
      return `${by ?? 'a person'} turned it down${why}`;
    case 'rollback':
      return `${by ?? 'a person'} rolled the endpoint back from it${why}`;
  }
}

/** Of the tag of a training job that is adopted; null for a tag with another meaning, after which a caller may request the deployment. */
export function turnedDownOfTag(tag: string | null, at: number): TurnedDown | null {
  const how = turnedDownKinds.find((one) => one === tag);
  return how === undefined ? null : { how, by: null, reason: null, at };
}
