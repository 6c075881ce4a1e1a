import type { Cleanup } from './cleanup.ts';
import type { Options } from './options.ts';

/** What a bench gets: what it was asked for, where to leave what is to be stopped, and whom to tell how far it is. */
export interface Bench {
  options: Options;
  cleanup: Cleanup;
  say: (progress: string) => void;
}
