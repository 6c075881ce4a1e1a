/** Tells a wrong method (405, with what is allowed) from a wrong path (404). */
export interface KnownRoute {
  method: string;
  /** OpenAPI's form: `/training-jobs/{name}`. */
  path: string;
}

/** What the paths of a route look like, without base path; a slash at the end makes no difference. */
export const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}/?$`);

/** The methods that the routes allow on a path without base path; empty for an unknown path. */
export function allowedMethods(routes: readonly KnownRoute[]): (path: string) => string[] {
  const known = routes.map(({ method, path }) => ({
    method: method.toUpperCase(),
    pattern: patternOf(path),
  }));
  return (path) => {
    const methods = known.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    return methods.includes('GET') ? ['HEAD', ...methods] : methods;
  };
}
