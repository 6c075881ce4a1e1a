import { openLineWriter } from '../../src/observability/line-writer.ts';

// The terminal may close before this process ends, or its reader may block it.
const stdout = openLineWriter(1);
const stderr = openLineWriter(2);

/** Prints a line for the operator. */
export const say = (line: string): void => stdout.write(`${line}\n`);

/** Prints an error. */
export const fault = (line: string): void => stderr.write(`${line}\n`);
