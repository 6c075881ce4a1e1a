/**
 * A proxy may strip any prefix from a request without a word, so the address that the browser sees is unknown here. Known is how deep
 * inside of its own folder the page is, so its `<base>` is relative, and right behind any prefix.
 *
 * `/docs` → `docs/`; `/docs/` → `./`; `/admin/queues/queue/deploy` in folder `/admin/queues` → `./../`.
 */
export function relativeBase(pathname: string, folder: string): string {
  const rest = pathname.slice(pathname.lastIndexOf(folder) + folder.length);
  const slashes = rest.split('/').length - 1;
  return slashes === 0 ? `${folder.split('/').at(-1)}/` : `./${'../'.repeat(slashes - 1)}`;
}
