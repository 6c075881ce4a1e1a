import type { Disposition, Intercept, InterceptedMessage } from './intercepted-message.ts';

/** Where a fault is injected: at a message that one of the processes sends. */
export interface InjectionPoint {
  /** The kind of process that sends it: `api`, or `worker` for any of the workers. */
  sender: 'api' | 'worker';
  via: InterceptedMessage['via'];
  /** The call or command, as `InterceptedMessage.what`. */
  what: string;
  when: InterceptedMessage['when'];
  /** What the message contains, besides one of the names of the work. */
  contains?: RegExp;
  /** It need not name the work: what it is about is known by the number of a row alone. */
  isUnnamed?: boolean;
  /** Which of the matching messages, from 1; the first by default. */
  nth?: number;
  /** Only once the database holds such a deployment: an SQL condition over its columns. */
  recorded?: string;
}

export interface Breakpoint {
  point: InjectionPoint;
  /** The message names one of these: training jobs, endpoints. */
  names: readonly string[];
  /** Runs while the message is held. */
  act: (process: string) => Disposition | Promise<Disposition>;
}

interface ArmedBreakpoint extends Breakpoint {
  left: number;
  hit: () => void;
}

/** Whether the database holds a deployment of one of the names that meets the SQL condition. */
export type IsRecorded = (condition: string, names: readonly string[]) => Promise<boolean>;

const jobId = /(?:check|deploy)-[\w-]+/g;
const deployJob = /deploy-[0-9a-f-]{36}/;
/** What holds only the id of a deployment: the name of a guard alarm, a write of its progress. */
const deploymentId = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Every message that passes through the proxies of a system is shown to its breakpoints. */
export class Breakpoints {
  readonly #armed = new Set<ArmedBreakpoint>();
  /** The names behind each job: most commands carry only the job's id, the command that adds the job carries the names. */
  readonly #namesOfJob = new Map<string, string[]>();
  readonly #isRecorded: IsRecorded;
  /** Called with every message, to record it. */
  onMessage: (message: InterceptedMessage) => void = () => {};

  constructor(isRecorded: IsRecorded) {
    this.#isRecorded = isRecorded;
  }

  /** Sets a breakpoint that is hit once. `hit` resolves then; `remove` takes it away. */
  set(breakpoint: Breakpoint): { hit: Promise<void>; remove: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const armed: ArmedBreakpoint = { ...breakpoint, left: breakpoint.point.nth ?? 1, hit: resolve };
    this.#armed.add(armed);
    return { hit: promise, remove: () => void this.#armed.delete(armed) };
  }

  readonly intercept: Intercept = async (message) => {
    this.onMessage(message);
    if (message.via === 'redis') this.#learn(message.text);
    for (const breakpoint of this.#armed) {
      if (!this.#matches(breakpoint, message)) continue;
      const { recorded } = breakpoint.point;
      if (recorded !== undefined && !(await this.#isRecorded(recorded, breakpoint.names))) continue;
      // Another message may have hit it meanwhile.
      if (!this.#armed.has(breakpoint)) continue;
      breakpoint.left -= 1;
      if (breakpoint.left > 0) continue;
      this.#armed.delete(breakpoint);
      const disposition = breakpoint.act(message.process);
      breakpoint.hit();
      if ((await disposition) === 'drop') return 'drop';
    }
    return 'pass';
  };

  #learn(text: string): void {
    const names = [...text.matchAll(/"(?:training_job|endpoint)_name":"([^"]+)"/g)].map(([, name = '']) => name);
    const [training] = names;
    if (training === undefined) return;
    for (const job of [`check-${training}`, deployJob.exec(text)?.[0]]) if (job !== undefined) this.#namesOfJob.set(job, names);
  }

  #matches({ point, names }: ArmedBreakpoint, { process, via, what, when, text }: InterceptedMessage): boolean {
    return (
      process.startsWith(point.sender) &&
      via === point.via &&
      what === point.what &&
      when === point.when &&
      (point.contains?.test(text) ?? true) &&
      (point.isUnnamed === true || this.#isAbout(text, names))
    );
  }

  #isAbout(text: string, names: readonly string[]): boolean {
    if (names.some((name) => text.includes(name))) return true;
    const isOfNames = (job: string): boolean => this.#namesOfJob.get(job)?.some((name) => names.includes(name)) ?? false;
    return (
      [...text.matchAll(jobId)].some(([job]) => isOfNames(job)) ||
      [...text.matchAll(deploymentId)].some(([id]) => isOfNames(`deploy-${id}`))
    );
  }
}
