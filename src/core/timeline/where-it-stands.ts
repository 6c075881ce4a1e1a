/** One sentence that says where a training run stands, and one that says what happens next or what to try. */
import { whereDeploymentStands } from './deployment-stands.ts';
import { durationInWords } from './duration.ts';
import type { Facts, RunFacts } from './facts.ts';
import type { Standing } from './standing.ts';
import { whatToTry } from './what-to-try.ts';
import { inText, quoted, say, type Words } from './words.ts';

/** Returns where the run stands. With a deployment, that is where its deployment stands. Total: each status has a sentence. */
export function whereItStands({ run, deployment, live = null }: Facts): Standing {
  return deployment === null ? whereTrainingStands(run) : whereDeploymentStands(deployment, live);
}

/** Both sentences as one text, for a terminal or a title. `format`: of an instant; UTC by default. */
export const standingInText = ({ words, next }: Standing, format?: (at: number) => string): string =>
  [words, ...(next === null ? [] : [next])].map((sentence) => inText(sentence, format)).join(' ');

function whereTrainingStands(run: RunFacts): Standing {
  const { status, createdAt, endpointName } = run;
  switch (status) {
    case 'requested':
      return whereRequestedStands(run);
    case 'training': {
      const phase = run.secondaryStatus === null ? '' : ` (${run.secondaryStatus})`;
      const since = { at: run.trainingSinceAt ?? createdAt };
      if (isStopping(run))
        return { tone: 'active', words: say`The training is being stopped${phase}${ofStop(run)}.`, next: nothingDeployed };
      return {
        tone: 'active',
        words: say`Training at SageMaker since ${since}${phase}.`,
        next: run.autoDeploy
          ? say`When it completes, its model is deployed to ${{ endpoint: endpointName }}.`
          : say`When it completes, its model waits for a request to deploy it.`,
      };
    }
    case 'completed':
      return {
        tone: 'neutral',
        words: say`The training completed${ofEnd(run)}, and its model is not deployed: ${whyNotDeployed(run)}.`,
        next: say`Deploy it to bring it to ${{ endpoint: endpointName }}.`,
      };
    case 'failed':
      return {
        tone: 'bad',
        words: say`The training failed${ofEnd(run)}${reasonOf(run)}.`,
        next: say`${whatToTry('training', run.failureKind)}`,
      };
    case 'stopped':
      return {
        tone: 'neutral',
        words: say`The training was stopped${ofEnd(run)}${reasonOf(run)}.`,
        next: run.failureKind === null ? nothingDeployed : say`${whatToTry('training', run.failureKind)}`,
      };
    case 'timed_out':
      return {
        tone: 'bad',
        words: say`Monitoring ended${ofEnd(run)} without an outcome of the training${reasonOf(run)}.`,
        next: say`The training may still run at SageMaker: stop it, or deploy it when it has completed there.`,
      };
  }
}

function whereRequestedStands(run: RunFacts): Standing {
  const { createdAt, startRefusedSince: refusedSince } = run;
  if (isStopping(run))
    return {
      tone: 'active',
      words: say`Requested at ${{ at: createdAt }}, and to be stopped${ofStop(run)}.`,
      next: nothingDeployed,
    };
  if (refusedSince !== null && refusedSince !== undefined)
    return {
      tone: 'waiting',
      words: say`SageMaker refuses to start the training since ${{ at: refusedSince }}${reasonOf(run)}.`,
      next: say`A worker retries it, and the run fails when the refusal lasts. ${whatToTry('training', run.failureKind)}`,
    };
  return {
    tone: 'waiting',
    words: say`Requested at ${{ at: createdAt }}; SageMaker has not started the training yet.`,
    next: say`A worker starts it as soon as SageMaker's rate and quota allow it.`,
  };
}

const isStopping = ({ stopRequestedAt }: RunFacts): boolean => stopRequestedAt !== null && stopRequestedAt !== undefined;

const ofStop = ({ stopRequestedAt }: RunFacts): Words =>
  stopRequestedAt === null || stopRequestedAt === undefined ? [] : say`, as requested at ${{ at: stopRequestedAt }}`;

const nothingDeployed: Words = ['Nothing of it is deployed.'];

const whyNotDeployed = (run: RunFacts): string => {
  if (!run.autoDeploy) return 'that was not requested';
  return isStopping(run) ? 'its stop was requested' : 'no deployment is recorded';
};

/** When it ended, and after how long. */
function ofEnd({ finishedAt, trainingEndedAt, trainingSinceAt }: RunFacts): Words {
  const end = trainingEndedAt ?? finishedAt;
  if (end === null) return [];
  const after =
    trainingSinceAt === null || trainingSinceAt === undefined || end <= trainingSinceAt
      ? ''
      : ` after ${durationInWords(end - trainingSinceAt)}`;
  return say` at ${{ at: end }}${after}`;
}

const reasonOf = ({ failureReason }: { failureReason: string | null }): string =>
  failureReason === null ? '' : `: ${quoted(failureReason)}`;
