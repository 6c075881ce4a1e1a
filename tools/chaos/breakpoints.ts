import type { Crossing, Passage, Watch } from './intercepted-message.ts';

/** A place where a message of a process is waited for. */
export interface Place {
  /** Of which kind of process: `api`, or `worker` for any of them. */
  of: 'api' | 'worker';
  via: Crossing['via'];
  what: string;
  when: Crossing['when'];
  /** What the message has to speak of, besides the training job. */
  says?: RegExp;
  /** Which of the matching messages, from 1, the first by default. */
  nth?: number;
}

export interface Breakpoint {
  place: Place;
  /** Of one of these the message has to speak: training jobs, endpoints. */
  about: readonly string[];
  /** Done while the message is held up. */
  act: (process: string) => Passage | Promise<Passage>;
}

interface Armed extends Breakpoint {
  left: number;
  tripped: () => void;
}

const jobId = /(?:check|deploy)-[\w-]+/g;
const deployJob = /deploy-[0-9a-f-]{36}/;

/** All that passes through the proxies of a system comes by here. */
export class Breakpoints {
  readonly #armed = new Set<Armed>();
  /** What a job is about: most commands name only its id, and the one that adds it says the rest. */
  readonly #subjectsOf = new Map<string, string[]>();
  /** Shown everything, for those who want to write it down. */
  onCrossing: (crossing: Crossing) => void = () => {};

  /** Sets a wire that trips once. `tripped` resolves when it does; `remove` takes it away. */
  set(wire: Breakpoint): { tripped: Promise<void>; remove: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const armed: Armed = { ...wire, left: wire.place.nth ?? 1, tripped: resolve };
    this.#armed.add(armed);
    return { tripped: promise, remove: () => void this.#armed.delete(armed) };
  }

  readonly watch: Watch = async (crossing) => {
    this.onCrossing(crossing);
    if (crossing.via === 'redis') this.#learn(crossing.text);
    for (const wire of this.#armed) {
      if (!this.#matches(wire, crossing)) continue;
      wire.left -= 1;
      if (wire.left > 0) continue;
      this.#armed.delete(wire);
      const passage = wire.act(crossing.process);
      wire.tripped();
      if ((await passage) === 'drop') return 'drop';
    }
    return 'pass';
  };

  #learn(text: string): void {
    const subjects = [...text.matchAll(/"(?:training_job|endpoint)_name":"([^"]+)"/g)].map(([, name = '']) => name);
    const [training] = subjects;
    if (training === undefined) return;
    for (const job of [`check-${training}`, deployJob.exec(text)?.[0]])
      if (job !== undefined) this.#subjectsOf.set(job, subjects);
  }

  #matches({ place, about }: Armed, { process, via, what, when, text }: Crossing): boolean {
    return (
      process.startsWith(place.of) &&
      via === place.via &&
      what === place.what &&
      when === place.when &&
      (place.says?.test(text) ?? true) &&
      this.#speaksOf(text, about)
    );
  }

  #speaksOf(text: string, about: readonly string[]): boolean {
    if (about.some((name) => text.includes(name))) return true;
    return [...text.matchAll(jobId)].some(([job]) => this.#subjectsOf.get(job)?.some((name) => about.includes(name)) ?? false);
  }
}
