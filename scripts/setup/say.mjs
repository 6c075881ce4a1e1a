/** One line about what set-up does, on stderr: stdout belongs to whatever runs after it. */
export const say = (line) => process.stderr.write(`set-up: ${line}\n`);

/** A fault that a person can mend: what is wrong, and what to do. */
export class SetupError extends Error {
  constructor(fault, remedy) {
    super(`${fault}\n${remedy}`);
    this.name = 'SetupError';
  }
}

export function fail(error) {
  const text = error instanceof SetupError ? error.message : String(error?.stack ?? error);
  for (const line of text.split('\n')) say(line);
  process.exit(1);
}
