/** Where a deployment stands, in words. */
import type { Actor } from '../history.ts';
import { durationInWords } from './duration.ts';
import { attempt, type DeploymentFacts, type LiveFacts } from './facts.ts';
import { whereProgressStands } from './progress-stands.ts';
import type { Standing } from './standing.ts';
import { whatToTry } from './what-to-try.ts';
import { quoted, say, type Words } from './words.ts';

/** `live`: null where that is not known. */
export function whereDeploymentStands(own: DeploymentFacts, live: LiveFacts | null): Standing {
  const endpoint = { endpoint: own.endpointName };
  switch (own.status) {
    case 'queued':
    case 'awaiting_approval':
    case 'in_progress':
      return whereProgressStands(own, live);
    case 'deployed':
      return whereDeployedStands(own, live);
    case 'rolled_back':
      return {
        tone: 'bad',
        words: say`${attempt(own)} was rolled back${at(own.finishedAt)}${reasonOf(own)}; ${stillServing(own, live)}.`,
        next: say`${whatToTry('deployment', own.failureKind)}`,
      };
    case 'failed': {
      const isOpen = own.unsettledSince !== null && own.unsettledSince !== undefined;
      return {
        tone: 'bad',
        words: say`${attempt(own)} failed${at(own.finishedAt)}${reasonOf(own)}.`,
        next: isOpen
          ? say`SageMaker may still complete the change of ${endpoint}: a worker observes it, and the deployment then counts as deployed.`
          : say`${whatToTry('deployment', own.failureKind)}`,
      };
    }
    case 'superseded':
      return {
        tone: 'neutral',
        words:
          own.supersededBy === null
            ? say`${attempt(own)} was superseded${at(own.finishedAt)} by a newer training.`
            : say`${attempt(own)} was superseded${at(own.finishedAt)}: ${{ training: own.supersededBy }} is newer and went live on ${endpoint}.`,
        next: say`The newest training wins. Only a forced deployment brings this one to the endpoint.`,
      };
    case 'rejected':
      return {
        tone: 'neutral',
        words: say`${attempt(own)} was turned down${at(own.finishedAt)}${reasonOf(own)}; ${stillServing(own, live)}.`,
        next: say`What was turned down stays so: only a forced deployment brings it to the endpoint.`,
      };
  }
}

function whereDeployedStands(own: DeploymentFacts, live: LiveFacts | null): Standing {
  const endpoint = { endpoint: own.endpointName };
  const since = own.inServiceAt ?? own.finishedAt;
  const unverified =
    own.verification?.status === 'failed'
      ? say`Its verification failed, which the policy only reports: ${quoted(own.verification.failures.join('; '))}.`
      : null;
  if (live !== null && live.deploymentId !== own.deploymentId)
    return {
      tone: 'neutral',
      words: say`Was live on ${endpoint}${since === null ? '' : say` from ${{ at: since }}`}; ${{ training: live.trainingJobName }} has replaced it there${at(live.inServiceAt ?? live.finishedAt)}.`,
      next: say`A rollback of the endpoint can go back to it.`,
    };
  const where =
    live === null
      ? say`Deployed to ${endpoint}${at(since)}`
      : say`Live on ${endpoint}${since === null ? '' : say` since ${{ at: since }}`}`;
  return { tone: unverified === null ? 'good' : 'bad', words: say`${where}${how(own, since)}.`, next: unverified };
}

/** Why it went live: by itself, by a caller, or as a way back. */
function how({ trigger, requestedBy, reason, trainingEndedAt, detectedBy }: DeploymentFacts, since: number | null): Words {
  const by = requestedBy === null ? '' : ` by ${requestedBy}`;
  const why = reason === null ? '' : `: ${quoted(reason)}`;
  switch (trigger) {
    case 'rollback':
      return say`, by a rollback${by}${why}`;
    case 'api':
      return say`, as requested${by}${why}`;
    case 'poll':
    case 'event':
    case 'reconcile': {
      const after =
        trainingEndedAt === null || since === null ? '' : `${durationInWords(since - trainingEndedAt)} after the training ended`;
      const detected = detectedBy === null ? '' : `detected ${detectors[detectedBy]}`;
      const words = [after, detected].filter((part) => part !== '').join(', ');
      return words === '' ? [] : say`; ${words}`;
    }
  }
}

const detectors: Record<Actor, string> = {
  event: 'by an event',
  poll: 'by polling',
  reconcile: 'by the reconciler',
  api: 'by a request',
  worker: 'by a worker',
};

/** What the endpoint is on after a deployment that did not stay. */
const stillServing = ({ endpointName }: DeploymentFacts, live: LiveFacts | null): Words =>
  live === null
    ? say`${{ endpoint: endpointName }} is as it was before`
    : say`${{ endpoint: endpointName }} serves ${{ training: live.trainingJobName }}`;

const at = (instant: number | null): Words => (instant === null ? [] : say` at ${{ at: instant }}`);

const reasonOf = ({ failureReason }: { failureReason: string | null }): string =>
  failureReason === null ? '' : `: ${quoted(failureReason)}`;
