/** Types for tests. */
export interface Summary {
  sentence: string;
  outputs: { name: string; 'deployment-id': string; status: string; url: string };
  markdown: string;
}

export declare function toSummary(wanted: {
  last: unknown;
  history: readonly unknown[];
  url: string;
  command: string | undefined;
}): Summary;
