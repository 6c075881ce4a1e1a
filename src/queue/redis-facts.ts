import type { RedisFacts } from '../core/redis-server.ts';

/** What INFO says of the server. Valkey and others keep the names of Redis. */
export function factsOf(info: string): RedisFacts {
  const valueOf = (field: string): string | null => new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? null;
  return { version: valueOf('redis_version') ?? '', evictionPolicy: valueOf('maxmemory_policy') };
}
