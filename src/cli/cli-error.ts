import type { ProblemBody } from '../api/schemas/problem.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';

interface Details {
  exitCode?: ExitCode;
  /** One entry for each issue of a request. */
  issues?: readonly string[];
  /** What to try, as a sentence or a command. */
  hint?: string | null;
  /** The request id of the service, under which its log has more. */
  requestId?: string | null;
  /** The service's own response. */
  problem?: ProblemBody | null;
  /** Whether the request may have had its effect: there was no response, or one that does not say so. */
  mayHaveArrived?: boolean;
}

/** An end of the program that its user can understand and act on. It never holds a key or a password. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  readonly issues: readonly string[];
  readonly hint: string | null;
  readonly requestId: string | null;
  readonly problem: ProblemBody | null;
  readonly mayHaveArrived: boolean;

  constructor(message: string, details: Details = {}) {
    super(message);
    this.name = 'CliError';
    this.exitCode = details.exitCode ?? exitCodes.error;
    this.issues = details.issues ?? [];
    this.hint = details.hint ?? null;
    this.requestId = details.requestId ?? null;
    this.problem = details.problem ?? null;
    this.mayHaveArrived = details.mayHaveArrived ?? false;
  }

  /** The same with another hint, where the command knows a better one. */
  withHint(hint: string): CliError {
    return this.#with({ hint });
  }

  /** The same for a request of which an earlier attempt may have had its effect. */
  afterArrival(): CliError {
    return this.#with({ mayHaveArrived: true });
  }

  #with(changes: Details): CliError {
    const { exitCode, issues, hint, requestId, problem, mayHaveArrived } = this;
    return new CliError(this.message, { exitCode, issues, hint, requestId, problem, mayHaveArrived, ...changes });
  }
}

export const usageError = (message: string, hint: string | null = null): CliError =>
  new CliError(message, { exitCode: exitCodes.usage, hint });

/** Ctrl-C. `continues`: what happens without the program, in words. */
export const interruptedError = (continues: string | null = null): CliError =>
  new CliError('interrupted', { exitCode: exitCodes.interrupted, hint: continues });
