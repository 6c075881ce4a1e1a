/**
 * Which models and endpoint configurations of an endpoint's deployments are needed no longer. Nothing is deleted that is live, on its way,
 * what a rollback goes back to by default, or among the last ones of the policy; what is further back can be recreated from the database.
 */
import type { RetentionPolicy } from '../delivery/policy.ts';
import { dayMs } from '../retention.ts';
import { type Deployment, isFinishedDeployment } from './deployment.ts';

/** A deployment whose model and configuration were not deleted yet, as far as the decision needs it. */
export type Uncleaned = Pick<
  Deployment,
  | 'seq'
  | 'deploymentId'
  | 'trainingJobName'
  | 'endpointName'
  | 'status'
  | 'modelName'
  | 'endpointConfigName'
  | 'startedAt'
  | 'finishedAt'
  | 'unsettledSince'
  | 'liveOrder'
  | 'endpointChange'
  | 'revert'
> & {
  /** Whether its training was turned down: a rollback does not go back to it by default. */
  isTurnedDown: boolean;
};

export interface CleanUpDecision {
  deployment: Uncleaned;
  /** What is deleted of it; null of what it has not, or another deployment has the use of. Both null: it is kept. */
  endpointConfigName: string | null;
  modelName: string | null;
  /** Why it is kept; null where something of it is deleted. */
  kept: string | null;
}

/** SageMaker ignores the case of names. */
export const resourceKey = (name: string): string => name.toLowerCase();

/**
 * Decides about all deployments of one endpoint whose model and configuration are there, in the order of `deployments`. Deployments of
 * other endpoints have other names, since a name follows from its training job.
 */
export function decideCleanUp(deployments: readonly Uncleaned[], policy: RetentionPolicy, now: number): CleanUpDecision[] {
  const whyKept = new Map(deployments.map((one) => [one, null as string | null]));
  const keep = (one: Uncleaned | undefined, why: string): void => {
    if (one !== undefined && whyKept.get(one) === null) whyKept.set(one, why);
  };
  const wasLive = deployments.filter(({ liveOrder }) => liveOrder !== null).toSorted((a, b) => orderOf(b) - orderOf(a));
  const contents = eachContentOnce(wasLive);
  keep(contents[0], 'it is live');
  for (const one of deployments) {
    const why = whyOnItsWay(one);
    if (why !== null) keep(one, why);
  }
  const formers = contents.slice(1);
  keep(formers[0], 'it is what was live before');
  keep(
    formers.find(({ isTurnedDown }) => !isTurnedDown),
    'a rollback goes back to it',
  );
  for (const one of contents.slice(0, policy.keep)) keep(one, `it is among the last ${policy.keep} that were live`);
  for (const one of deployments) {
    const endedAt = neededUntil(one, wasLive);
    if (endedAt !== null && now - endedAt < policy.minDays * dayMs)
      keep(one, `it was in use within the last ${days(policy.minDays)}`);
  }
  const wayBack = new Map(deployments.flatMap((one) => waysBack(one).map((name) => [resourceKey(name), one] as const)));
  for (const one of deployments) {
    const user = one.endpointConfigName === null ? undefined : wayBack.get(resourceKey(one.endpointConfigName));
    if (user !== undefined) keep(one, `the deployment ${user.deploymentId} may go back to it`);
  }
  return decideAll(deployments, whyKept);
}

function decideAll(deployments: readonly Uncleaned[], whyKept: ReadonlyMap<Uncleaned, string | null>): CleanUpDecision[] {
  // What several have made in common is deleted with the last of them.
  const users = new Map<string, Uncleaned>();
  const isKept = (one: Uncleaned): boolean => whyKept.get(one) !== null;
  for (const one of [...deployments.filter((own) => !isKept(own)), ...deployments.filter(isKept)])
    for (const name of namesOf(one)) users.set(resourceKey(name), one);
  return deployments.map((deployment): CleanUpDecision => {
    const keptAs = (kept: string): CleanUpDecision => ({ deployment, endpointConfigName: null, modelName: null, kept });
    const own = whyKept.get(deployment) ?? null;
    if (own !== null) return keptAs(own);
    const userOf = (name: string | null): Uncleaned | undefined => {
      const user = name === null ? undefined : users.get(resourceKey(name));
      return user === deployment ? undefined : user;
    };
    const { modelName, endpointConfigName } = deployment;
    const [ofModel, ofConfig] = [userOf(modelName), userOf(endpointConfigName)];
    // What is left is deleted with the one that uses it, which has to have made it by then.
    const unfinished = [ofModel, ofConfig].find((user) => user !== undefined && !isFinishedDeployment(user.status));
    const both = endpointConfigName === null || ofConfig !== undefined ? ofModel : undefined;
    const user = unfinished ?? both;
    if (user !== undefined) return keptAs(`the deployment ${user.deploymentId} uses the same`);
    return {
      deployment,
      endpointConfigName: ofConfig === undefined ? endpointConfigName : null,
      modelName: ofModel === undefined ? modelName : null,
      kept: null,
    };
  });
}

const orderOf = ({ liveOrder }: Uncleaned): number => liveOrder ?? 0;

const days = (count: number): string => (count === 1 ? 'day' : `${count} days`);

const namesOf = ({ modelName, endpointConfigName }: Uncleaned): string[] =>
  endpointConfigName === null ? [modelName] : [modelName, endpointConfigName];

function eachContentOnce(newestFirst: readonly Uncleaned[]): Uncleaned[] {
  const seen = new Set<string>();
  return newestFirst.filter((one) => {
    const content = namesOf(one).join(' ');
    const isNew = !seen.has(content);
    seen.add(content);
    return isNew;
  });
}

function whyOnItsWay({ status, unsettledSince }: Uncleaned): string | null {
  if (!isFinishedDeployment(status)) return `it is ${status.replace('_', ' ')}`;
  return unsettledSince === null ? null : 'SageMaker may still complete it';
}

/** Until when it was needed: one that was live until the next one was. null for one that is needed now. */
function neededUntil(own: Uncleaned, newestFirst: readonly Uncleaned[]): number | null {
  const next = own.liveOrder === null ? undefined : newestFirst.findLast((other) => orderOf(other) > orderOf(own));
  return next?.finishedAt ?? own.finishedAt;
}

/** The configurations that a deployment may bring its endpoint back to. */
function waysBack({ status, unsettledSince, endpointChange, revert }: Uncleaned): string[] {
  if (isFinishedDeployment(status) && unsettledSince === null) return [];
  return [revert?.to, endpointChange?.baseline?.endpointConfigName].filter((name) => typeof name === 'string');
}
