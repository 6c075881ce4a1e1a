/** Where a deployment stands that is not over: the step that it is at, or what it waits for. */
import type { WaitKind } from '../deployment/deployment.ts';
import { abortReason } from '../deployment/way-back.ts';
import { attempt, type DeploymentFacts, type LiveFacts } from './facts.ts';
import type { Standing, Tone } from './standing.ts';
import { quoted, say, type Word, type Words } from './words.ts';

/** `live`: null where that is not known. */
export function whereProgressStands(own: DeploymentFacts, live: LiveFacts | null): Standing {
  if (own.status === 'awaiting_approval') return whereApprovalStands(own);
  const wait = waitOf(own);
  if (wait !== null) return wait;
  return own.status === 'queued' ? whereQueuedStands(own) : whereStepStands(own, live);
}

function whereApprovalStands(own: DeploymentFacts): Standing {
  const { approval } = own;
  const since = approval?.requestedAt ?? own.waitsForSince ?? own.createdAt;
  const why = own.waitsForDetail === null ? '' : `: ${quoted(own.waitsForDetail)}`;
  return {
    tone: 'decision',
    words: say`Waits since ${{ at: since }} for a person to approve it for ${endpointOf(own)}${why}.`,
    next:
      approval === null
        ? say`Approve or reject it.`
        : say`Approve or reject it until ${{ at: approval.expiresAt }}; then it counts as turned down.`,
  };
}

const whereQueuedStands = (own: DeploymentFacts): Standing => ({
  tone: 'waiting',
  words: say`${approved(own) ?? say`${attempt(own)} is queued since ${{ at: own.createdAt }}`} for ${endpointOf(own)}.`,
  next: say`A worker begins it as soon as it is its turn.`,
});

function approved({ approval }: DeploymentFacts): Words | null {
  if (approval?.status !== 'approved') return null;
  return say`Approved${approval.by === null ? '' : ` by ${approval.by}`}, and queued`;
}

interface Wait {
  tone: Tone;
  /** What precedes the instant, and what follows it before the detail. */
  words: (since: Word, detail: string) => Words;
  next: string;
}

const waits: Record<WaitKind, (own: DeploymentFacts) => Wait> = {
  turn: (own) => ({
    tone: 'waiting',
    words: (since, detail) => say`Queued for ${endpointOf(own)} since ${since}${detail}.`,
    next: 'It is its turn as soon as that one has ended; of those that wait the newest training goes first.',
  }),
  hold: (own) => ({
    tone: 'waiting',
    // The detail says the same of "the endpoint", and then by whom and why.
    words: (since, detail) =>
      say`Waits since ${since} while ${endpointOf(own)} is held${detail.replace(/^: the endpoint is held(?= by |: |$)/, '')}.`,
    next: 'When the hold is released, the newest training that waits is deployed. A forced deployment passes the hold.',
  }),
  approval: (own) => ({
    tone: 'decision',
    words: (since, detail) => say`Waits since ${since} for a person to approve it for ${endpointOf(own)}${detail}.`,
    next: 'Approve or reject it.',
  }),
  alarm: (own) => ({
    tone: 'waiting',
    words: (since, detail) => say`Waits since ${since} before it touches ${endpointOf(own)}${detail}.`,
    next: 'When no alarm of the rollout is in ALARM any more, the rollout begins.',
  }),
  endpoint: (own) => ({
    tone: own.step === 'in_service' || own.step === 'revert' ? 'active' : 'waiting',
    words: (since, detail) => say`${doing(own)} since ${since}${detail}.`,
    next: 'A worker observes the endpoint until it has settled.',
  }),
  sagemaker: (own) => ({
    tone: 'waiting',
    words: (since, detail) => say`SageMaker refuses a step of the deployment to ${endpointOf(own)} since ${since}${detail}.`,
    next: 'A worker retries it, less and less often, until the time limit of the deployment.',
  }),
  bake: (own) => ({
    tone: 'active',
    words: (since, detail) => say`${rolloutOf(own)} on ${endpointOf(own)} since ${since}${detail}.`,
    next: 'SageMaker watches the alarms, and then shifts the rest of the traffic, or rolls back.',
  }),
};

function waitOf(own: DeploymentFacts): Standing | null {
  const { waitsForKind: kind, waitsForSince: since, waitsForDetail } = own;
  if (kind === null || since === null) return null;
  const detail = waitsForDetail === null ? '' : `: ${quoted(waitsForDetail)}`;
  const { tone, words, next } = waits[kind](own);
  return { tone, words: words({ at: since }, detail), next: unlessEnding(own, next) };
}

function whereStepStands(own: DeploymentFacts, live: LiveFacts | null): Standing {
  const serves = live === null ? null : `Until it is live, the endpoint serves ${live.trainingJobName}.`;
  const since = { at: own.startedAt ?? own.createdAt };
  return own.revert && own.step === 'revert'
    ? {
        tone: 'active',
        words: say`${doing(own)} since ${{ at: own.revert.since }}: ${quoted(own.revert.reason)}.`,
        next: unlessEnding(own, 'When the endpoint has settled, the deployment counts as rolled back.'),
      }
    : { tone: 'active', words: say`${doing(own)}; in progress since ${since}.`, next: unlessEnding(own, serves) };
}

/** What the step does now. */
function doing(own: DeploymentFacts): Words {
  const endpoint = endpointOf(own);
  switch (own.step) {
    case 'gate':
      return say`The gate judges the model for ${endpoint}`;
    case 'model':
      return say`Creating the model for ${endpoint}`;
    case 'endpoint_config':
      return say`Creating the endpoint configuration for ${endpoint}`;
    case 'endpoint':
      return say`Requesting the change of ${endpoint}`;
    case 'in_service':
      return own.rollout === null ? say`SageMaker changes ${endpoint}` : say`${rolloutOf(own)} on ${endpoint}`;
    case 'verify':
      return say`Live on ${endpoint}, and being verified by the requests of the policy`;
    case 'revert':
      return say`${endpoint} goes back to what served before`;
  }
}

function rolloutOf({ rollout }: DeploymentFacts): Words {
  if (rollout === null) return ['Rollout'];
  const { strategy, phase, trafficPercent } = rollout;
  const traffic = trafficPercent === null ? '' : ` at ${trafficPercent} % of the traffic`;
  return say`${strategies[strategy]}${traffic}${phase === null ? '' : ` (${phase.replaceAll('_', ' ')})`}`;
}

const strategies = {
  all_at_once: 'All at once',
  canary: 'Canary',
  linear: 'Linear rollout',
  rolling: 'Rolling update',
} as const;

/** An abort comes before what would follow. */
function unlessEnding({ abort }: DeploymentFacts, next: string | null): Words | null {
  if (abort) return say`It is being ended: ${quoted(abortReason(abort))}.`;
  return next === null ? null : [next];
}

const endpointOf = ({ endpointName }: DeploymentFacts): Word => ({ endpoint: endpointName });
