/** Steps that undo what was started, in reverse order. */
export class Cleanup {
  readonly #steps: (() => unknown)[] = [];
  #running: Promise<void> | null = null;

  /** Once `run` has begun, the step runs at once: a process that starts during the stop is stopped, too. */
  add(step: () => unknown): void {
    if (this.#running === null) this.#steps.push(step);
    else this.#running = this.#running.then(() => runStep(step));
  }

  /** Runs all steps, whatever fails, and those that are added meanwhile; a second call waits for the first. */
  async run(): Promise<void> {
    this.#running ??= this.#runAll();
    for (let last: Promise<void> | null = null; last !== this.#running;) {
      last = this.#running;
      await last;
    }
  }

  async #runAll(): Promise<void> {
    for (const step of this.#steps.toReversed()) await runStep(step);
  }
}

async function runStep(step: () => unknown): Promise<void> {
  try {
    await step();
  } catch (error) {
    process.stderr.write(`while stopping: ${String(error)}\n`);
  }
}
