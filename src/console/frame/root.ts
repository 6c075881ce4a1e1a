export const consolePath = '/console';

/** The part of a request's path that is below `/console`, without the slash between; `prefixes` are those that the console is served under. */
export function pathBelow(pathname: string, prefixes: readonly string[]): string {
  const longestFirst = prefixes.toSorted((one, other) => other.length - one.length);
  const mount = longestFirst
    .map((prefix) => `${prefix}${consolePath}`)
    .find((one) => pathname === one || pathname.startsWith(`${one}/`));
  return pathname.slice((mount ?? pathname).length).replace(/^\//, '');
}

/**
 * From a page to `/console/`, relative: a proxy may strip any prefix without a word, so that the address that the browser sees is unknown
 * here. `/console` → `console/`, `/console/` → `./`, `/console/runs/a` → `../`.
 */
export function rootFrom(pathname: string, prefixes: readonly string[]): string {
  const below = pathBelow(pathname, prefixes);
  if (below === '') return pathname.endsWith('/') ? './' : `${consolePath.slice(1)}/`;
  return '../'.repeat(below.split('/').length - 1) || './';
}
