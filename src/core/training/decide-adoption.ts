/**
 * Whether a training of this service is deployed that had ended before it was adopted, as after a lost database. It is, unless a person or
 * SageMaker has decided otherwise since: what was rolled back, stopped or replaced by force must not go live again by itself.
 *
 * All instants are SageMaker's.
 */

export interface FoundTraining {
  trainingJobName: string;
  createdAt: number;
  /** null where SageMaker does not say. */
  endedAt: number | null;
  /** Its tag (tagKeys.turnedDown), or what a later version writes; null where it was not turned down. */
  turnedDown: string | null;
}

/** An endpoint configuration. `training` by its tags; null where they are foreign or cannot be read. */
export interface FoundConfig {
  name: string;
  training: { name: string; createdAt: number | null } | null;
}

export interface FoundEndpoint {
  modifiedAt: number;
  failureReason: string | null;
  current: FoundConfig | null;
  /** What the endpoint is being updated to. */
  pending: FoundConfig | null;
  /** The training that a person deployed there by force, by the endpoint's tags; undefined where they cannot be read. */
  forced: string | null | undefined;
}

export type AdoptionDecision =
  | { kind: 'deploy' }
  /** It is live already, which only has to be recorded. */
  | { kind: 'restore' }
  | { kind: 'leave'; why: string };

function whyTurnedDown(tag: string): string {
  switch (tag) {
    case 'rolled_back':
      return 'an update to it was rolled back';
    case 'stopped':
      return 'a stop of it was requested';
    case 'gate':
      return 'the gate turned it down';
    case 'person':
      return 'a person turned it down';
    case 'rollback':
      return 'its endpoint was rolled back from it';
    default:
      return `it was turned down (${tag})`;
  }
}

const deploy: AdoptionDecision = { kind: 'deploy' };
const leave = (why: string): AdoptionDecision => ({ kind: 'leave', why });

/** `endpoint`: null where SageMaker has none. */
export function decideAdoption(own: FoundTraining, endpoint: FoundEndpoint | null): AdoptionDecision {
  const configs = [endpoint?.current, endpoint?.pending].filter((config) => config != null);
  if (endpoint?.current?.training?.name === own.trainingJobName && endpoint.pending === null) return { kind: 'restore' };
  // Its own deployment was in progress, or succeeded.
  if (configs.some(({ training }) => training?.name === own.trainingJobName)) return deploy;
  if (own.turnedDown !== null) return leave(whyTurnedDown(own.turnedDown));
  if (endpoint === null || (own.endedAt !== null && endpoint.modifiedAt <= own.endedAt)) return deploy;

  const trainings: { name: string; createdAt: number }[] = [];
  for (const { name, training } of configs) {
    if (training === null) return leave(`the endpoint has been put on ${name} since, which is not this service's`);
    if (training.createdAt === null)
      return leave(`the endpoint has been put on ${training.name} since, of which SageMaker tells no age`);
    trainings.push({ name: training.name, createdAt: training.createdAt });
  }
  // Its deployment ends as superseded when it is claimed.
  if (trainings.some(({ createdAt }) => createdAt > own.createdAt)) return deploy;
  if (endpoint.failureReason !== null) return leave(`the endpoint shows a failure since: ${endpoint.failureReason}`);
  if (endpoint.forced === undefined)
    return leave('the tags of the endpoint cannot be read, which would show whether a person has put another training there');
  if (endpoint.forced !== null && endpoint.forced === endpoint.current?.training?.name) {
    return leave(`a person has put ${endpoint.forced} there by force since`);
  }
  return deploy;
}
