import { ServiceError } from '../../core/errors.ts';
import type { ServiceContext } from '../context.ts';

/** All endpoints that the service knows: of the database, the settings and the delivery file, each once, by name. */
export async function listEndpointNames({ store, settings }: ServiceContext): Promise<string[]> {
  const names = [...(await store.endpoints.listNames()), ...Object.keys(settings.delivery.endpoints), settings.endpointName];
  const byKey = new Map(names.toReversed().map((name) => [name.toLowerCase(), name]));
  return [...byKey.values()].toSorted((one, other) => (one.toLowerCase() < other.toLowerCase() ? -1 : 1));
}

/**
 * Returns the name of an endpoint as the service writes it: a misspelt one must not be held, say, and nothing else.
 *
 * @throws {ServiceError} `not_found`.
 */
export async function knownEndpoint(ctx: ServiceContext, { endpointName }: { endpointName: string }): Promise<string> {
  const wanted = endpointName.toLowerCase();
  const known = (await listEndpointNames(ctx)).find((name) => name.toLowerCase() === wanted);
  if (known === undefined) throw new ServiceError('not_found', `This service knows no endpoint named ${endpointName}`);
  return known;
}
