import type { TestProject } from 'vitest/node';
import { launchRedis } from './redis-child.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    redisUrl: string;
  }
}

/** Runs once, before all test files: the Redis server that they share. Without one on the machine, no test runs. */
export default async function startSharedRedis(project: TestProject): Promise<() => Promise<void>> {
  const redis = await launchRedis();
  project.provide('redisUrl', redis.url);
  return () => redis.stop();
}
