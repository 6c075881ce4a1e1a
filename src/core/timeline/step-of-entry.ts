/**
 * What an entry of a deployment's history begins: the entries say in words what a step came to. test/services/time-line.test.ts holds these
 * words to what a real deployment records.
 */
import type { HistoryEntry } from '../history.ts';
import type { BarKind } from './bar.ts';

export interface Begun {
  kind: BarKind;
  label: string;
}

const words: readonly { readonly words: RegExp; readonly begins: (found: RegExpExecArray) => Begun }[] = [
  { words: / is retried: | refused: | The change is retried$/, begins: () => ({ kind: 'error', label: 'retrying' }) },
  { words: /^back to /, begins: () => ({ kind: 'revert', label: 'going back' }) },
  { words: /^(verified: |verification failed: )/, begins: () => ({ kind: 'verify', label: 'verifying' }) },
  { words: /^waits: /, begins: () => ({ kind: 'alarm', label: 'waiting for an alarm' }) },
  { words: /^model \S+ (created|found)/, begins: () => ({ kind: 'endpoint_config', label: 'endpoint configuration' }) },
  { words: /^endpoint configuration \S+ (created|found)/, begins: () => ({ kind: 'endpoint', label: 'endpoint request' }) },
  { words: /^endpoint \S+ is being created/, begins: () => ({ kind: 'change', label: 'creating the endpoint' }) },
  { words: /^endpoint \S+ is being updated/, begins: () => ({ kind: 'change', label: 'updating the endpoint' }) },
  {
    words: /^endpoint \S+, which failed, is being deleted/,
    begins: () => ({ kind: 'change', label: 'deleting the failed endpoint' }),
  },
  { words: /^rollout: (baking.*)$/, begins: ([, phase = 'baking']) => ({ kind: 'bake', label: phase }) },
  { words: /^rollout: (.+)$/, begins: ([, phase = 'rollout']) => ({ kind: 'rollout', label: phase }) },
  {
    words: /^(the gate (passed|is unclear)|the policy has no gate|each model needs an approval)/,
    begins: () => ({ kind: 'model', label: 'model' }),
  },
];

/** null for an entry that begins nothing, such as a note. Only of entries from `in_progress` to `in_progress`. */
export function stepOfEntry({ detail }: Pick<HistoryEntry, 'detail'>): Begun | null {
  if (detail === null) return null;
  for (const { words: pattern, begins } of words) {
    const found = pattern.exec(detail);
    if (found !== null) return begins(found);
  }
  return null;
}
