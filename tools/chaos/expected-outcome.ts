export interface RunExpectation {
  name: string;
  status: readonly string[];
  deployment: readonly string[];
  /** How many endpoint changes may be requested for it: one by default, two, or one for each of its deployments. */
  requestedAtMost?: 'once' | 'deployments' | 'twice';
  /** Its endpoint has failed before the fault. */
  isOnFailedEndpoint?: boolean;
  /** Its model and configuration may be created once more, since a clean-up script deletes them. */
  recreated?: boolean;
  /** A client removes the run: no record of it may be left. */
  removed?: boolean;
}

export interface ExpectedTag {
  /** As at the end of an ARN: `endpoint/NAME`, `training-job/NAME`. */
  resource: string;
  key: string;
  /** null: it must be missing. */
  value: string | RegExp | null;
}

/** What a workload must lead to, whatever fault is injected. */
export interface ExpectedOutcome {
  expects: RunExpectation[];
  /** The training that each endpoint must serve in the end. */
  live: Readonly<Record<string, string>>;
  /** Tags that must be there in the end. */
  tags?: readonly ExpectedTag[];
  /** Whether the receiver of the system must be notified of each outcome and each approval that is required, under one id each. */
  isNotified?: boolean;
  /** Trainings whose model and configuration must be gone in the end, and those that must have them. */
  cleanedUp?: { gone: readonly string[]; kept: readonly string[] };
  /** Endpoints that must scale in the end, by a target and a policy. */
  scaling?: readonly string[];
}
