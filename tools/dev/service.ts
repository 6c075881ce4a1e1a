import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { spawnBound, type BoundProcess } from './child-process.ts';

export interface ServiceSpec {
  name: string;
  program: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Polled after a start until it returns true. */
  isReady: () => Promise<boolean>;
  /** The time after SIGTERM until SIGKILL. */
  stopWithinMs: number;
}

export interface Watcher {
  /** A line that the program wrote. */
  line: (service: string, line: string) => void;
  /** A message for the operator. */
  say: (service: string, message: string) => void;
}

const readyWithinMs = 60_000;
const readyPollMs = 50;
const firstRestartMs = 500;
const longestRestartMs = 10_000;
/** After running this long, it restarts with the shortest wait again. */
const steadyMs = 30_000;
const keptLines = 15;

/** A program that runs until it is stopped: whenever it ends by itself, it restarts after a wait. */
export class Service {
  readonly spec: ServiceSpec;
  readonly #watcher: Watcher;
  readonly #stop = new AbortController();
  readonly #lastLines: string[] = [];
  #child: BoundProcess | null = null;
  #ended: Promise<string> = Promise.resolve('before it started');
  #startedAt = 0;
  #restartMs = firstRestartMs;
  #loop: Promise<void> = Promise.resolve();

  constructor(spec: ServiceSpec, watcher: Watcher) {
    this.spec = spec;
    this.#watcher = watcher;
  }

  /** Resolves when it is ready. Throws StartError when it ends before, or is not ready within a minute. */
  async start(): Promise<void> {
    await this.#ready(this.#launch());
    this.#loop = this.#keepRunning();
  }

  /** Sends SIGTERM, and SIGKILL when it does not end in time. @returns whether it was killed. */
  async stop(withinMs = this.spec.stopWithinMs): Promise<boolean> {
    this.#stop.abort();
    const child = this.#child;
    child?.kill('SIGTERM');
    let killed = false;
    const timer = setTimeout(() => {
      killed = true;
      this.kill();
    }, withinMs);
    await this.#ended;
    await this.#loop;
    clearTimeout(timer);
    return killed;
  }

  kill(): void {
    this.#stop.abort();
    this.#child?.kill('SIGKILL');
  }

  #launch(): BoundProcess {
    const { program, args, env, cwd, name } = this.spec;
    this.#startedAt = performance.now();
    const child = spawnBound(program, args, { env, cwd });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) this.#read(stream);
    this.#ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(`with ${error.message}`));
      child.once('close', (code, signal) => resolve(signal === null ? `with code ${code}` : `by ${signal}`));
    });
    void this.#ended.then((how) => {
      this.#child = null;
      this.#watcher.line(name, `ended ${how}`);
    });
    return child;
  }

  #read(stream: Readable): void {
    createInterface({ input: stream }).on('line', (line) => {
      this.#lastLines.push(line);
      if (this.#lastLines.length > keptLines) this.#lastLines.shift();
      this.#watcher.line(this.spec.name, line);
    });
  }

  async #ready(child: BoundProcess): Promise<void> {
    const until = performance.now() + readyWithinMs;
    while (performance.now() < until && !this.#stop.signal.aborted) {
      if (this.#child !== child) throw this.#startError(`ended ${await this.#ended}`);
      if (await this.spec.isReady().catch(() => false)) return;
      await delay(readyPollMs);
    }
    throw this.#startError(this.#stop.signal.aborted ? 'was stopped' : `was not ready in ${readyWithinMs / 1000} s`);
  }

  #startError(what: string): StartError {
    return new StartError(`${this.spec.name} ${what} while it started`, this.#lastLines);
  }

  async #keepRunning(): Promise<void> {
    const { signal } = this.#stop;
    for (;;) {
      const how = await this.#ended;
      if (signal.aborted) return;
      if (performance.now() - this.#startedAt > steadyMs) this.#restartMs = firstRestartMs;
      this.#watcher.say(this.spec.name, `ended ${how}; it restarts in ${this.#restartMs / 1000} s`);
      await delay(this.#restartMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      this.#restartMs = Math.min(this.#restartMs * 2, longestRestartMs);
      const child = this.#launch();
      void this.#ready(child).then(
        () => this.#watcher.say(this.spec.name, 'restarted'),
        // When it ended, the next iteration reports that.
        () => this.#child === child && !signal.aborted && this.#watcher.say(this.spec.name, 'runs, but is not ready'),
      );
    }
  }
}

/** A service did not become ready; `output` has its last lines. */
export class StartError extends Error {
  readonly output: readonly string[];

  constructor(message: string, output: readonly string[]) {
    super(message);
    this.name = 'StartError';
    this.output = output;
  }
}
