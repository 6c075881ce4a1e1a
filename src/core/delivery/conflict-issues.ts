import { checkConflicts } from '../shapes/check-merged.ts';
import type { ShapeIssue } from '../shapes/issue.ts';
import { mergeLayers, withoutNulls } from '../shapes/merge-shapes.ts';
import type { ShapedOperation, ShapeObject } from '../shapes/shapes.ts';
import { validateShape } from '../shapes/validate-shape.ts';
import { type DeliveryFile, layerMembers } from './delivery-file.ts';

/**
 * Returns what no request can repair: members that exclude each other in the defaults, and in an endpoint's layers laid over them, and
 * lists that are too long together. What is missing may come with the request, or from the settings.
 */
export function conflictIssues({ defaults, endpoints }: DeliveryFile): ShapeIssue[] {
  return layerMembers.flatMap(({ member, layer, operation }) => {
    const ofDefaults = issuesOf(operation, [defaults[layer]]);
    const ofEndpoints = Object.entries(endpoints).flatMap(([name, { [layer]: own }]) => {
      const alone = issuesOf(operation, [own]);
      // What is wrong with the defaults is reported there.
      const together = issuesOf(operation, [defaults[layer], own]).filter((issue) => !has(ofDefaults, issue));
      return together.map(({ field, detail }) => ({
        field: `endpoints.${name}.${member}${field}`,
        detail: has(alone, { field, detail }) ? detail : `${detail} (laid over the defaults)`,
      }));
    });
    return [...ofDefaults.map(({ field, detail }) => ({ field: `defaults.${member}${field}`, detail })), ...ofEndpoints];
  });
}

/** With fields that begin behind the layer's own path: `.VpcConfig`. */
function issuesOf(operation: ShapedOperation, layers: readonly ShapeObject[]): readonly ShapeIssue[] {
  const merged = withoutNulls(operation, mergeLayers(operation, layers));
  const issues = checkConflicts(operation, merged, '');
  const others = validateShape(operation, merged, '').filter(({ field }) => !issues.some((issue) => issue.field === field));
  return [...issues, ...others];
}

const has = (issues: readonly ShapeIssue[], { field, detail }: ShapeIssue): boolean =>
  issues.some((issue) => issue.field === field && issue.detail === detail);
