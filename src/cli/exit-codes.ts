/** What the program's exit code says; promised in docs/command-line.md#exit-codes. */
export const exitCodes = {
  /** Done or, of what was watched, live. */
  done: 0,
  error: 1,
  usage: 2,
  /** The training failed, was stopped, or timed out. */
  trainingFailed: 3,
  /** The key is missing or refused, or its role is too small. */
  unauthorized: 4,
  /** The deployment failed, was rolled back or was rejected. */
  deploymentFailed: 5,
  superseded: 6,
  /** Not over at `--timeout`. */
  pending: 8,
  /** By Ctrl-C; what was started continues. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
