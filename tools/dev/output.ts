import { openLineWriter } from '../../src/observability/line-writer.ts';

// The terminal may be gone before this process is, or be held by its reader.
const stdout = openLineWriter(1);
const stderr = openLineWriter(2);

/** A line for the person. */
export const say = (line: string): void => stdout.write(`${line}\n`);

/** A line that says what is wrong. */
export const fault = (line: string): void => stderr.write(`${line}\n`);
