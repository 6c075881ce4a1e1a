/** The store's methods by their paths, `runs.find`, for a store that is called through messages. */
import type { Store } from '../../ports/store.ts';

type Method = (...args: unknown[]) => Promise<unknown>;

/** All but `close`, which ends the other side. */
export const methodsOf = (store: Store): Map<string, Method> =>
  new Map(
    Object.entries(store)
      .filter(([name]) => name !== 'close')
      .flatMap(([name, part]): [string, Method][] =>
        typeof part === 'function'
          ? [[name, part]]
          : Object.entries<Method>(part).map(([method, call]) => [`${name}.${method}`, call]),
      ),
  );

/** A store whose methods do `call`, with their paths. */
export function storeFrom(
  paths: readonly string[],
  call: (path: string, args: unknown[]) => Promise<unknown>,
  close: () => Promise<void>,
): Store {
  const store: Record<string, Method | Record<string, Method>> = { close };
  for (const path of paths) {
    const [group = '', method] = path.split('.');
    const calls: Method = (...args) => call(path, args);
    if (method === undefined) store[group] = calls;
    else store[group] = { ...(store[group] as Record<string, Method> | undefined), [method]: calls };
  }
  // The other side has made the paths of a Store.
  return Object(store) as Store;
}
