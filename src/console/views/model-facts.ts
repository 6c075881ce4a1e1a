import type { Deployment } from '../../core/deployment/deployment.ts';
import { isObject, own, type ShapeObject } from '../../core/shapes/shapes.ts';
import { servingImageOf, trainingOf } from '../../core/training/run-shapes.ts';
import type { ServiceContext } from '../../services/context.ts';
import { shapesOfDeployment } from '../../services/deployment/deployment-shapes.ts';

/** What a deployment brought to its endpoint, and what it was trained with. */
export interface ModelFacts {
  deployment: Deployment;
  /** null where its run is gone, by retention or by an operator. */
  metrics: Readonly<Record<string, number>> | null;
  /** Why it was requested. */
  reason: string | null;
  image: string | null;
  artifact: string | null;
  /** Their values may be secrets: they are compared, and not shown. */
  hyperparameters: Readonly<Record<string, string>>;
}

export async function readModelFacts(ctx: ServiceContext, deployment: Deployment): Promise<ModelFacts> {
  const run = await ctx.store.runs.find(deployment.trainingJobName);
  const { reason } = deployment;
  if (run === null) return { deployment, reason, metrics: null, image: null, artifact: null, hyperparameters: {} };
  const shapes = shapesOfDeployment(ctx, run, deployment);
  return {
    deployment,
    reason: reason ?? run.reason,
    metrics: run.metrics,
    image: servingImageOf(shapes),
    artifact: run.modelArtifact,
    hyperparameters: hyperparametersOf(trainingOf(run) ?? {}),
  };
}

function hyperparametersOf(training: ShapeObject): Record<string, string> {
  const held = own(training, 'HyperParameters');
  return isObject(held) ? Object.fromEntries(Object.entries(held).map(([name, value]) => [name, String(value)])) : {};
}

export interface Difference {
  what: 'Training' | 'Artifact' | 'Serving image' | 'Metric' | 'Hyperparameter';
  /** Of the metric or hyperparameter. */
  name: string | null;
  before: string | null;
  after: string | null;
  isSame: boolean;
}

const hidden = 'set';

/** What a rollback changes: what serves now, and what would then. Of hyperparameters it says which differ, and not their values. */
export function differencesOf(now: ModelFacts | null, then: ModelFacts): Difference[] {
  const row = (what: Difference['what'], name: string | null, before: string | null, after: string | null): Difference => ({
    what,
    name,
    before,
    after,
    isSame: before === after,
  });
  const names = (
    one: Readonly<Record<string, unknown>> | null | undefined,
    other: Readonly<Record<string, unknown>> | null,
  ): string[] => [...new Set([...Object.keys(one ?? {}), ...Object.keys(other ?? {})])].toSorted();
  const valueOf = (facts: ModelFacts | null, name: string): string | null => {
    const metrics = facts?.metrics ?? null;
    return metrics !== null && Object.hasOwn(metrics, name) ? String(metrics[name]) : null;
  };
  const parameterOf = (facts: ModelFacts | null, name: string): string | null =>
    facts !== null && Object.hasOwn(facts.hyperparameters, name) ? (facts.hyperparameters[name] ?? null) : null;
  return [
    row('Training', null, now?.deployment.trainingJobName ?? null, then.deployment.trainingJobName),
    row('Artifact', null, now?.artifact ?? null, then.artifact),
    row('Serving image', null, now?.image ?? null, then.image),
    ...names(now?.metrics, then.metrics).map((name) => row('Metric', name, valueOf(now, name), valueOf(then, name))),
    ...names(now?.hyperparameters, then.hyperparameters).map((name) => {
      const [before, after] = [parameterOf(now, name), parameterOf(then, name)];
      const shown = (value: string | null): string | null => (value === null ? null : hidden);
      return { ...row('Hyperparameter', name, shown(before), shown(after)), isSame: before === after };
    }),
  ];
}
