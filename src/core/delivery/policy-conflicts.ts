import type { ShapeIssue } from '../shapes/issue.ts';
import { type DeliveryFile, layersFor, mergedPolicy } from './delivery-file.ts';
import { fleetIssues, type FleetSettings, type PlacedLayers } from './fleet-issues.ts';
import { policyIssues, type PolicyContext } from './policy-issues.ts';

/** What the settings of the service say, where a policy depends on it. */
export interface DeliveryContext extends PolicyContext, FleetSettings {
  /** The endpoint of trainings whose request names none. */
  readonly endpointName: string;
}

/** Returns what the policies cannot be: that of the defaults, and those of the endpoints laid over it. */
export function policyConflicts(file: DeliveryFile, context: DeliveryContext): ShapeIssue[] {
  const { defaults, endpoints } = file;
  const ofDefaults = policyIssues(mergedPolicy([defaults]), context);
  const ofEndpoints = Object.entries(endpoints).flatMap(([name, own]) => {
    const alone = policyIssues(mergedPolicy([own]), context);
    // What is wrong with the defaults is reported there.
    const together = policyIssues(mergedPolicy([defaults, own]), context).filter((issue) => !has(ofDefaults, issue));
    return together.map(({ field, detail }) => ({
      field: `endpoints.${name}.delivery${field}`,
      detail: has(alone, { field, detail }) ? detail : `${detail} (laid over the defaults)`,
    }));
  });
  const found = [...ofDefaults.map(({ field, detail }) => ({ field: `defaults.delivery${field}`, detail })), ...ofEndpoints];
  return found.length > 0 ? found : fleetConflicts(file, context);
}

/** Of the endpoints of the file, and of the service's own: whether there are others is not known. */
function fleetConflicts(file: DeliveryFile, context: DeliveryContext): ShapeIssue[] {
  const { defaults, endpoints } = file;
  const hasOwn = layersFor(file, context.endpointName).length > 1;
  const below: PlacedLayers = { place: 'defaults', layers: defaults };
  const fleets: PlacedLayers[][] = [
    ...(hasOwn ? [] : [[below]]),
    ...Object.entries(endpoints).map(([name, layers]) => [below, { place: `endpoints.${name}`, layers }]),
  ];
  const found = fleets.flatMap((placed) => {
    const written = mergedPolicy(placed.map(({ layers }) => layers));
    return fleetIssues(written, placed, context);
  });
  return found.filter((issue, index) => found.findIndex((one) => has([one], issue)) === index);
}

const has = (issues: readonly ShapeIssue[], { field, detail }: ShapeIssue): boolean =>
  issues.some((issue) => issue.field === field && issue.detail === detail);
