import { parseArgs } from 'node:util';

export const parts = ['bootstrap', 'deploy', 'events', 'polling', 'recovery'] as const;
export type Part = (typeof parts)[number];

/** What `npm run bench` was asked for; null for the part's own default. */
export interface Options {
  parts: readonly Part[];
  /** Of one round of `bootstrap` and `events`, and of the window of `polling`. */
  seconds: number | null;
  /** Trainings of `deploy`, those of `events` that only polls see, and runs in flight of `polling`. */
  runs: number | null;
  /** How often floor and service take turns in `bootstrap` and `events`. */
  rounds: number | null;
  /** Where CPU profiles of API and workers go; null for none. */
  profile: string | null;
  /** Whether docs/reports/benchmarks.md gets the figures. */
  write: boolean;
}

export const usage = [
  'npm run bench                       all five, about half an hour',
  'npm run bench -- bootstrap          POST /bootstrap beside bare CreateTrainingJob',
  'npm run bench -- deploy             from the completion seen to the endpoint asked for, beside the same calls made bare',
  'npm run bench -- events             from an event to the endpoint asked for, beside the same calls made bare and polls alone',
  'npm run bench -- polling            10,000 runs in flight on one worker, beside a bare poller',
  'npm run bench -- recovery           how soon a killed worker’s jobs go on, and whether locks are lost under load',
  '  --seconds N   of one round of bootstrap (3) and of events (4), of the window of polling and of recovery (120)',
  '  --rounds N    how often floor and service take turns in bootstrap (5) and in events (3); kills of recovery (30)',
  '  --runs N      trainings of deploy (60), those of events that only polls see (200), runs in flight of polling and of recovery (10000)',
  '  --profile DIR CPU profiles of API and workers; the figures suffer',
  '  --write       put the figures into docs/reports/benchmarks.md',
];

/** Reads the arguments; what is wrong with them comes as lines for a person. */
export function readOptions(args: readonly string[]): Options | { faults: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        seconds: { type: 'string' },
        runs: { type: 'string' },
        rounds: { type: 'string' },
        profile: { type: 'string' },
        write: { type: 'boolean', default: false },
      },
    });
    const faults = positionals
      .filter((name) => !isPart(name))
      .map((name) => `there is no bench named ${name}; there are: ${parts.join(', ')}`);
    const count = (name: 'seconds' | 'runs' | 'rounds'): number | null => {
      const value = values[name];
      if (value === undefined || /^[1-9]\d{0,5}$/.test(value)) return value === undefined ? null : Number(value);
      faults.push(`--${name} is ${JSON.stringify(value)}; it may be a whole number from 1`);
      return null;
    };
    const options: Options = {
      parts: positionals.length === 0 ? parts : parts.filter((part) => positionals.includes(part)),
      seconds: count('seconds'),
      runs: count('runs'),
      rounds: count('rounds'),
      profile: values.profile ?? null,
      write: values.write,
    };
    return faults.length > 0 ? { faults } : options;
  } catch (error) {
    if (error instanceof TypeError) return { faults: [error.message] };
    throw error;
  }
}

const isPart = (name: string): name is Part => (parts as readonly string[]).includes(name);
