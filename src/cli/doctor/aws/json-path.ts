/** The member at a path such as `ProductionVariants.0.InstanceType`; undefined where there is none. */
export const member = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (at, name) => (typeof at === 'object' && at !== null ? (Reflect.get(at, name) as unknown) : undefined),
      value,
    );

/** A text or a number at a path, as a text; null for anything else. */
export function textAt(value: unknown, path: string): string | null {
  const found = member(value, path);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : null;
}

/** Whether a member of this name is anywhere within a value. */
export function hasMember(value: unknown, name: RegExp): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, inner]) => name.test(key) || hasMember(inner, name));
}
