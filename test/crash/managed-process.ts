import { setTimeout as delay } from 'node:timers/promises';
import { Child } from '../support/child.ts';

const restartMs = 200;

export interface ProcessSpec {
  name: string;
  program: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** The line of its output that says that it is ready. */
  ready: RegExp;
}

/** A process that is started again whenever it ends, as an orchestrator would. */
export class ManagedProcess {
  readonly spec: ProcessSpec;
  starts = 0;
  #child: Child | null = null;
  #ready: Promise<void> = Promise.resolve();
  #wanted = true;
  /** The last that processes which have ended said. */
  #tail = '';

  constructor(spec: ProcessSpec) {
    this.spec = spec;
  }

  get name(): string {
    return this.spec.name;
  }

  /** Resolves when the process of now is ready. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  start(): Promise<void> {
    const { program, args, env, ready } = this.spec;
    this.starts += 1;
    const child = new Child(program, args, env);
    this.#child = child;
    this.#ready = child
      .until(() => child.output.find((line) => ready.test(line)) && true, `${this.name} that is ready`, 60_000)
      .then(() => {});
    // Whoever waits is told; one that is killed while it starts is started again.
    this.#ready.catch(() => {});
    void child.exited.then(async () => {
      this.#tail = child.tail(15);
      await delay(restartMs);
      if (this.#wanted && this.#child === child) await this.start().catch(() => {});
    });
    return this.#ready;
  }

  /** At once; what the process was about to do next, it does not do. */
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

  get output(): string {
    return `--- ${this.name}, before\n${this.#tail}\n--- ${this.name}\n${this.#child?.tail(60) ?? ''}`;
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child?.exit === null) this.#child.signal(signal);
  }
}
