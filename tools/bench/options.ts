import { parseArgs } from 'node:util';
import { type Engine, engines } from '../chaos/chaos-database.ts';
import { reports } from '../reports.ts';

export const parts = [
  'bootstrap',
  'deploy',
  'events',
  'polling',
  'workers',
  'recovery',
  'lists',
  'history',
  'console',
  'backlog',
] as const;
export type Part = (typeof parts)[number];

/** The options of `npm run bench`; null for the part's default. */
export interface Options {
  parts: readonly Part[];
  /** The length of one round of `bootstrap` and `events`, and of the window of `polling`, `recovery` and `history`. */
  seconds: number | null;
  /** Trainings of `deploy`, those of `events` that only polls observe, and runs in flight of `polling` and `recovery`. */
  runs: number | null;
  /** Rounds of baseline and service in `bootstrap` and `events`, and kills of `recovery`. */
  rounds: number | null;
  /** The only engine of `lists`, `history` and `console`; null for both. */
  database: Engine | null;
  /** The folder for CPU profiles of API and workers; null for none. */
  profile: string | null;
  /** Whether the report (tools/reports.ts) gets the figures. */
  write: boolean;
}

export const usage = [
  'npm run bench                       all ten, about an hour',
  'npm run bench -- bootstrap          POST /bootstrap, over direct CreateTrainingJob calls',
  'npm run bench -- deploy             from the observed completion to the request for the endpoint, over direct calls',
  'npm run bench -- events             from an event to the request for the endpoint, over direct calls; and with polls alone',
  'npm run bench -- polling            1 to 100,000 trainings on one worker, over a direct poller; about a quarter of an hour',
  'npm run bench -- workers            the processor that 10,000 and 100,000 trainings take of one worker and of four; about half an hour',
  "npm run bench -- recovery           how soon a killed worker's jobs continue, and whether locks are lost under load",
  'npm run bench -- lists              lists and metrics over 100,000 runs, beside a short history, on both engines',
  'npm run bench -- history            200 event streams of GET /history, over none, on both engines',
  'npm run bench -- console            the pages of runs over 10,000 runs, over the requests to the API for the same rows, on both engines',
  'npm run bench -- backlog            1,000 requests at once while SageMaker allows one start a second',
  '  --seconds N   of one round of bootstrap (3) and events (4), of the window of polling, workers, recovery and backlog (120) and of history (20)',
  '  --rounds N    rounds of baseline and service in bootstrap (5) and in events, lists, history and console (3); kills of recovery (30)',
  '  --runs N      trainings of deploy (60), those of events that only polls observe (200), runs in flight of recovery (10000), runs of lists (100000), of console (10000) and of backlog (1000), the only number of polling (1, 100, 1000, 10000, 100000) and of workers (10000, 100000)',
  '  --database E  of lists, history and console: sqlite or postgres alone',
  '  --profile DIR CPU profiles of API and workers; slows both',
  `  --write       replace the figures of these parts in ${reports.benchmarks}; those of other parts stay`,
];

/** Reads the arguments. @returns one line for each error in them. */
export function readOptions(args: readonly string[]): Options | { errors: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        seconds: { type: 'string' },
        runs: { type: 'string' },
        rounds: { type: 'string' },
        database: { type: 'string' },
        profile: { type: 'string' },
        write: { type: 'boolean', default: false },
      },
    });
    const errors = positionals
      .filter((name) => !isPart(name))
      .map((name) => `there is no bench named ${name}; there are: ${parts.join(', ')}`);
    const count = (name: 'seconds' | 'runs' | 'rounds'): number | null => {
      const value = values[name];
      if (value === undefined || /^[1-9]\d{0,5}$/.test(value)) return value === undefined ? null : Number(value);
      errors.push(`--${name} is ${JSON.stringify(value)}; it must be an integer from 1`);
      return null;
    };
    const { database } = values;
    if (database !== undefined && !isEngine(database))
      errors.push(`--database is ${JSON.stringify(database)}; it must be ${engines.join(' or ')}`);
    const options: Options = {
      parts: positionals.length === 0 ? parts : parts.filter((part) => positionals.includes(part)),
      seconds: count('seconds'),
      runs: count('runs'),
      rounds: count('rounds'),
      database: database !== undefined && isEngine(database) ? database : null,
      profile: values.profile ?? null,
      write: values.write,
    };
    return errors.length > 0 ? { errors } : options;
  } catch (error) {
    if (error instanceof TypeError) return { errors: [error.message] };
    throw error;
  }
}

const isPart = (name: string): name is Part => (parts as readonly string[]).includes(name);

const isEngine = (name: string): name is Engine => (engines as readonly string[]).includes(name);
