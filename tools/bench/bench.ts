import type { Cleanup } from './cleanup.ts';
import type { Options } from './options.ts';

/** What a bench gets: its options, the cleanup that stops what it starts, and where to print its progress. */
export interface Bench {
  options: Options;
  cleanup: Cleanup;
  say: (progress: string) => void;
}
