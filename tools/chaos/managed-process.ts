import { setTimeout as delay } from 'node:timers/promises';
import { Child } from '../testkit/child.ts';

const restartMs = 200;

export interface ProcessSpec {
  name: string;
  program: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** The line of its output that reports that it is ready. */
  ready: RegExp;
}

/** A process that restarts whenever it ends, as under an orchestrator. */
export class ManagedProcess {
  readonly spec: ProcessSpec;
  starts = 0;
  #child: Child | null = null;
  #ready: Promise<void> = Promise.resolve();
  #wanted = true;
  /** The output of the processes that have ended. */
  readonly #before: string[] = [];

  constructor(spec: ProcessSpec) {
    this.spec = spec;
  }

  get name(): string {
    return this.spec.name;
  }

  /** Resolves when the current process is ready. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  start(): Promise<void> {
    const { program, args, env, ready } = this.spec;
    this.starts += 1;
    const child = new Child(program, args, env);
    this.#child = child;
    this.#ready = child
      .until(() => child.output.find((line) => ready.test(line)) && true, `${this.name} to be ready`, 60_000)
      .then(() => {});
    // Callers of `ready` get the rejection; a process that is killed while it starts restarts.
    this.#ready.catch(() => {});
    void child.exited.then(async () => {
      this.#before.push(...child.output, `--- ended ${new Date().toISOString()}`);
      await delay(restartMs);
      if (this.#wanted && this.#child === child) await this.start().catch(() => {});
    });
    return this.#ready;
  }

  /** SIGKILL: ends the process before its next instruction. */
  kill(): void {
    this.#signal('SIGKILL');
  }

  pause(): void {
    this.#signal('SIGSTOP');
  }

  resume(): void {
    this.#signal('SIGCONT');
  }

  async stop(): Promise<void> {
    this.#wanted = false;
    this.resume();
    await this.#child?.stop(3000);
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** The last lines of the current process and of the one before it. */
  get output(): string {
    return `--- ${this.name}, the process before\n${this.#before.slice(-15).join('\n')}\n--- ${this.name}\n${this.#child?.tail(60) ?? ''}`;
  }

  /** The whole output since the first start. */
  get log(): string {
    return [...this.#before, ...(this.#child?.output ?? []), ''].join('\n');
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child?.exit === null) this.#child.signal(signal);
  }
}
