/** Why the system can't be started here, in one line for the person who can mend it. */
export class StartFault extends Error {}

/** The system's code of an error, like EACCES. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);
