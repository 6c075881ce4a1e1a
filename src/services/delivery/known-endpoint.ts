import { ServiceError } from '../../core/errors.ts';
import type { ServiceContext } from '../context.ts';

/** All endpoints that the service knows: of the database, the settings and the delivery file, each once, by name. */
export async function listEndpointNames({ store, settings }: ServiceContext): Promise<string[]> {
  const names = [...(await store.endpoints.listNames()), ...Object.keys(settings.delivery.endpoints), settings.endpointName];
  const byKey = new Map(names.toReversed().map((name) => [name.toLowerCase(), name]));
  return [...byKey.values()].toSorted((one, other) => (one.toLowerCase() < other.toLowerCase() ? -1 : 1));
}

/** The endpoint of a run that is over and was never deployed: no list needs it, and what leads from the run to it finds it. */
async function nameInRuns({ store }: ServiceContext, endpointName: string): Promise<string | undefined> {
  const { items } = await store.runs.list({ filter: { endpointName }, page: { limit: 1, cursor: null } });
  return items[0]?.endpointName;
}

/**
 * Returns the name of an endpoint as the service writes it: a misspelt one must not be held, say, and nothing else.
 *
 * @throws {ServiceError} `not_found`.
 */
export async function knownEndpoint(ctx: ServiceContext, { endpointName }: { endpointName: string }): Promise<string> {
  const wanted = endpointName.toLowerCase();
  const listed = (await listEndpointNames(ctx)).find((name) => name.toLowerCase() === wanted);
  const known = listed ?? (await nameInRuns(ctx, endpointName));
  if (known === undefined) throw new ServiceError('not_found', `This service knows no endpoint named ${endpointName}`);
  return known;
}
