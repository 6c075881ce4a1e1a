/** What an endpoint has that is lost with it: recorded before it is deleted to be created again, and put back. */
import { reservedTagPrefix } from '../sagemaker/tags.ts';
import { type Autoscaling, scales } from './autoscaling.ts';
import type { Endpoint } from './deployment.ts';

/** The version before recorded no tags and no counts. */
export interface KeptEndpoint extends Autoscaling {
  /** But those of the service, which writes its own. */
  readonly tags?: Readonly<Record<string, string>>;
  /** By production variant. */
  readonly instanceCounts?: Readonly<Record<string, number>>;
}

const nothing: Autoscaling = { targets: [], policies: [], scheduledActions: [] };

/** AWS's own tags cannot be written. */
const isForeignTag = ([key]: [string, string]): boolean => !key.startsWith(reservedTagPrefix) && !/^aws:/i.test(key);

/** The instance counts that the fleets of an endpoint have, or are to have; none of a serverless one, and before it was first InService. */
export const countsOf = ({ variants }: Pick<Endpoint, 'variants'>): Record<string, number> =>
  Object.fromEntries(
    variants.flatMap(({ variantName, desiredInstanceCount }) =>
      desiredInstanceCount === null || desiredInstanceCount < 1 ? [] : [[variantName, desiredInstanceCount] as const],
    ),
  );

/**
 * What is known of an endpoint now, over what was recorded before and not put back yet: a crash, or an endpoint that was created and failed,
 * came in between. null: it cannot be read.
 */
export function keptEndpoint(
  before: KeptEndpoint | null,
  now: { autoscaling: Autoscaling | null; tags: Readonly<Record<string, string>> | null; instanceCounts: Record<string, number> },
): KeptEndpoint {
  const { autoscaling } = now;
  const { targets, policies, scheduledActions } = autoscaling !== null && scales(autoscaling) ? autoscaling : (before ?? nothing);
  return {
    targets,
    policies,
    scheduledActions,
    tags: { ...before?.tags, ...Object.fromEntries(Object.entries(now.tags ?? {}).filter(isForeignTag)) },
    instanceCounts: { ...now.instanceCounts, ...before?.instanceCounts },
  };
}

/** How many instances a variant is created with: as many as its configuration wishes for, and no fewer than it had, or scales between. */
export function keptCount(kept: KeptEndpoint, { variantName, wanted }: { variantName: string; wanted: number }): number {
  const target = kept.targets.find(
    ({ ResourceId, ScalableDimension }) =>
      String(ResourceId).endsWith(`/variant/${variantName}`) && ScalableDimension === 'sagemaker:variant:DesiredInstanceCount',
  );
  const bound = (member: 'MinCapacity' | 'MaxCapacity', otherwise: number): number => {
    const held = target?.[member];
    return typeof held === 'number' ? held : otherwise;
  };
  const had = Math.min(kept.instanceCounts?.[variantName] ?? 0, bound('MaxCapacity', Infinity));
  return Math.max(wanted, had, bound('MinCapacity', 0));
}

/** Of SageMaker (docs/reference/sagemaker-behavior.md#limits-of-names-and-values). */
const maxTags = 50;

/** The tags that an endpoint is created with: those of its deployment over those that it had, as many as SageMaker takes. */
export function tagsWithKept(own: Readonly<Record<string, string>>, kept: KeptEndpoint | null): Record<string, string> {
  const had = Object.entries(kept?.tags ?? {}).filter(([key]) => !Object.hasOwn(own, key));
  return { ...Object.fromEntries(had.slice(0, Math.max(0, maxTags - Object.keys(own).length))), ...own };
}
