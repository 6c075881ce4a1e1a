import { createInterface } from 'node:readline';
import { spawnBound, type BoundOptions, type BoundProcess } from '../dev/child-process.ts';

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A running program; keeps its output, line by line. */
export class Child {
  readonly pid: number;
  /** Lines of stdout and stderr, in the order of their arrival. */
  readonly output: string[] = [];
  readonly exited: Promise<Exit>;
  readonly #child: BoundProcess;
  readonly #watchers = new Set<() => void>();
  #exit: Exit | null = null;

  constructor(
    program: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv,
    options: Omit<BoundOptions, 'env' | 'cwd'> & { cwd?: string } = {},
  ) {
    this.#child = spawnBound(program, args, { cwd: process.cwd(), ...options, env });
    if (this.#child.pid === undefined) throw new Error(`could not start ${program}`);
    this.pid = this.#child.pid;
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.output.push(line);
        this.#notify();
      });
    }
    this.exited = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        this.#exit = { code, signal };
        this.#notify();
        resolve(this.#exit);
      });
    });
  }

  get exit(): Exit | null {
    return this.#exit;
  }

  /** Calls `find` with each new line of output. @returns its first result. @throws when the program ends first. */
  until<T>(find: () => T | undefined, what: string, withinMs = 30_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(observe);
        act();
      };
      const fail = (why: string): void => finish(() => reject(new Error(`no ${what}: ${why}\n${this.tail()}`)));
      const observe = (): void => {
        const found = find();
        if (found !== undefined) finish(() => resolve(found));
        else if (this.#exit !== null) fail(`it ended with ${JSON.stringify(this.#exit)}`);
      };
      const timer = setTimeout(() => fail(`nothing within ${withinMs} ms`), withinMs);
      this.#watchers.add(observe);
      observe();
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends SIGTERM, and SIGKILL when it does not end in time. */
  async stop(withinMs = 12_000): Promise<Exit> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), withinMs);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }

  kill(): Promise<Exit> {
    this.signal('SIGKILL');
    return this.exited;
  }

  tail(lines = 30): string {
    return this.output.slice(-lines).join('\n');
  }

  #notify(): void {
    for (const observe of this.#watchers) observe();
  }
}
