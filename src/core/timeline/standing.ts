import type { Words } from './words.ts';

/**
 * `good`: live. `active`: the service or SageMaker proceeds. `waiting`: something else has to happen first. `decision`: a person has to decide.
 * `bad`: it failed or was rolled back. `neutral`: it is over, or nothing is to happen.
 */
export const tones = ['good', 'active', 'waiting', 'decision', 'bad', 'neutral'] as const;
export type Tone = (typeof tones)[number];

export interface Standing {
  tone: Tone;
  /** One sentence. */
  words: Words;
  /** What happens next, or what to try; null where nothing does. */
  next: Words | null;
}
