import type { ZodError } from 'zod';

/** An error of a caller of the control routes. */
export class ControlError extends Error {
  readonly status: number;
  readonly issues: { path: string; message: string }[];

  constructor(status: number, message: string, issues: { path: string; message: string }[] = []) {
    super(message);
    this.name = 'ControlError';
    this.status = status;
    this.issues = issues;
  }
}

/** One entry for each thing that is wrong with the body or the query. */
export function invalidControl(error: ZodError): ControlError {
  const issues = error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  const listed = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return new ControlError(422, listed.join('; '), issues);
}
