// The terminal may be gone before this process is.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

/** A line for the person. */
export const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** A line that says what is wrong. */
export const fault = (line: string): void => void process.stderr.write(`${line}\n`);
