/** The rows of the change feed: of the processes that sweep, and of what Search and ListTrainingJobs do to them. */
import { delayRecord, inFleet, loseRecord } from './feed-workloads.ts';
import { flushRedis, killProcess, killRedis, loseMessage, onMessage, pauseProcess } from './faults.ts';
import type { InjectionPoint } from './breakpoints.ts';
import type { Step } from './injection-points.ts';
import { rowsOf, type UnorderedRow } from './row.ts';
import type { CrashSystem } from './system.ts';
import type { Work } from './workloads.ts';

const ended = /"TrainingJobStatus":"Completed"/;
const workload = inFleet();
const point = (what: string, when: InjectionPoint['when'], via: InjectionPoint['via'], contains?: RegExp): InjectionPoint => ({
  sender: 'worker',
  via,
  what,
  when,
  contains,
});

/** From the response that shows the end to the nudge that Redis has taken; the watermark follows. */
const nudges: Step[] = [
  { title: 'after Search returns an end', workload, point: point('Search', 'after', 'sagemaker', ended) },
  { title: 'before the nudge of its page is sent', workload, point: point('check-training/updateData', 'before', 'redis') },
  { title: 'in the middle of the nudge', workload, point: point('check-training/promote', 'before', 'redis') },
  { title: 'after the nudge, before the watermark', workload, point: point('check-training/promote', 'after', 'redis') },
];

/** From the request on, before its training is started. */
const start: Step[] = [
  {
    title: 'from the start of the training on',
    workload,
    point: { sender: 'api', via: 'sagemaker', what: 'CreateTrainingJob', when: 'before' },
  },
];

const whileStarting = (change: (system: CrashSystem, work: Work) => Promise<unknown>) =>
  onMessage((system, _process, _point, work) => ({ disposition: change(system, work).then(() => 'pass') }));

const deny = (operation: string, system: CrashSystem): Promise<unknown> => {
  const message = `User: crash is not authorized to perform: sagemaker:${operation}`;
  const match = { operation } as { operation: 'Search' | 'ListTrainingJobs' };
  return system.simulator.addFaults([
    { kind: 'error', match, status: 400, code: 'AccessDeniedException', message, times: 'forever' },
  ]);
};

const throttle = (operation: 'Search' | 'ListTrainingJobs', system: CrashSystem, times: number): Promise<unknown> =>
  system.simulator.addFaults([{ kind: 'throttle', match: { operation }, times }]);

const all: readonly UnorderedRow[] = [
  ...rowsOf('kill -9 of the worker that sweeps', nudges, killProcess),
  ...rowsOf('kill -9 of Redis', nudges, killRedis),
  ...rowsOf('FLUSHALL of Redis', nudges, flushRedis),
  // Its lease ends meanwhile: another worker sweeps, and the first one continues beside it.
  ...rowsOf('the worker that sweeps is paused for longer than its lease', nudges.slice(0, 2), pauseProcess),
  ...rowsOf('response lost', nudges.slice(0, 1), loseMessage),
  ...rowsOf('the index loses the training', start, whileStarting(loseRecord)),
  ...rowsOf('the index has the training 20 s late', start, whileStarting(delayRecord(20_000))),
  ...rowsOf(
    'Search is denied',
    start,
    whileStarting((system) => deny('Search', system)),
  ),
  ...rowsOf(
    'Search is throttled for long',
    start,
    whileStarting((system) => throttle('Search', system, 12)),
  ),
  ...rowsOf(
    'the index loses the training, and ListTrainingJobs is throttled',
    start,
    whileStarting(async (system, work) => {
      await throttle('ListTrainingJobs', system, 4);
      return loseRecord(system, work);
    }),
  ),
];

export const feedRows: readonly UnorderedRow[] = all.map((row) => ({ ...row, isFed: true }));
