export interface TraceCounts {
  /** Totals, which never fall: traces that were received, tries that failed, traces that were abandoned. */
  sent: number;
  failedTries: number;
  abandoned: number;
}

/** How far the history was read for traces. The mark and the counts are one transaction. */
export interface TraceStore {
  /** The id of the entry up to which each run that is over has been dealt with; null before the first. */
  mark(): Promise<number | null>;
  /** `readTo`: left out where the mark stays, as after a try that failed. */
  record(params: { readTo?: number; result?: keyof TraceCounts }): Promise<void>;
  counts(): Promise<TraceCounts>;
}
