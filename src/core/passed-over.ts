/** What a loop over many may pass over: one that can't be handled never stops the others. */
export const passedOverKinds = ['training_job', 'run', 'deployment', 'endpoint'] as const;
export type PassedOverKind = (typeof passedOverKinds)[number];
