/** Why the system cannot start here, in one line that says how to correct it. */
export class StartFault extends Error {}

/** The operating system's code of an error, such as EACCES. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);
