import { isObject, type ShapeObject } from './shapes.ts';

/** Objects of the caller's own names: SageMaker shows all of their entries, and adds none. */
const maps: ReadonlySet<string> = new Set(['HyperParameters', 'Environment']);

/**
 * Whether a description shows what was requested. What it shows beside that are SageMaker's defaults, and what it does not show is no
 * difference, but for the members in `shown`, by their path (`ResourceConfig.InstanceType`): those have to be there. Of environment
 * variables and hyperparameters, all entries have to be the same; SageMaker shows none where there are none.
 */
export function isShownAs(request: ShapeObject, description: ShapeObject, shown: readonly string[]): boolean {
  return (
    [...maps].every((map) => isSameMap(request[map], description[map])) &&
    Object.entries(request).every(
      ([member, held]) => maps.has(member) || isShown(held, description[member], { path: member, shown }),
    )
  );
}

function isShown(wanted: unknown, found: unknown, { path, shown }: { path: string; shown: readonly string[] }): boolean {
  if (found === undefined || found === null) return !shown.some((one) => one === path || one.startsWith(`${path}.`));
  if (Array.isArray(wanted)) {
    if (!Array.isArray(found) || found.length !== wanted.length) return false;
    return wanted.every((entry, index) => isShown(entry, found[index], { path, shown }));
  }
  if (!isObject(wanted)) return wanted === found;
  if (!isObject(found)) return false;
  return Object.entries(wanted).every(([member, held]) =>
    maps.has(member) ? isSameMap(held, found[member]) : isShown(held, found[member], { path: `${path}.${member}`, shown }),
  );
}

function isSameMap(wanted: unknown = {}, found: unknown = {}): boolean {
  if (!isObject(wanted) || !isObject(found)) return wanted === found;
  const names = Object.keys(found);
  return (
    names.length === Object.keys(wanted).length &&
    names.every((name) => Object.hasOwn(wanted, name) && wanted[name] === found[name])
  );
}
