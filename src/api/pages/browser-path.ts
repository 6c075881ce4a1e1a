/**
 * A proxy may strip any prefix before a request reaches us, and need not say so: where a browser sees a page is unknown here.
 * What is known is how deep inside of its own folder the page is, so its `<base>` is relative, and right everywhere.
 *
 * `/docs` → `docs/`; `/docs/` → `./`; `/admin/queues/queue/deploy` in folder `/admin/queues` → `./../`.
 */
export function relativeBase(pathname: string, folder: string): string {
  const rest = pathname.slice(pathname.lastIndexOf(folder) + folder.length);
  const slashes = rest.split('/').length - 1;
  return slashes === 0 ? `${folder.split('/').at(-1)}/` : `./${'../'.repeat(slashes - 1)}`;
}
