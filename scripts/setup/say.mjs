/** Prints a line about set-up on stderr: stdout belongs to the program that runs after it. */
export const say = (line) => process.stderr.write(`set-up: ${line}\n`);

/** An error that the user can correct: what is wrong, and what to do. */
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
