/** What was begun and is to be undone, the last first. */
export class Cleanup {
  readonly #steps: (() => unknown)[] = [];
  #running: Promise<void> | null = null;

  /** After `run` has begun the step is taken at once: what starts while everything stops is stopped, too. */
  add(step: () => unknown): void {
    if (this.#running === null) this.#steps.push(step);
    else this.#running = this.#running.then(() => take(step));
  }

  /** Takes all steps, whatever fails, and those that were added meanwhile; a second call waits for the first. */
  async run(): Promise<void> {
    this.#running ??= this.#takeAll();
    for (let last: Promise<void> | null = null; last !== this.#running;) {
      last = this.#running;
      await last;
    }
  }

  async #takeAll(): Promise<void> {
    for (const step of this.#steps.toReversed()) await take(step);
  }
}

async function take(step: () => unknown): Promise<void> {
  try {
    await step();
  } catch (error) {
    process.stderr.write(`while stopping: ${String(error)}\n`);
  }
}
