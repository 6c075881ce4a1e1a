/** The rows of what one process at a time does for all: it starts those that wait for their start, and it reconciles. */
import { allOf, flushRedis, killProcess, loseMessage, pauseProcess } from './faults.ts';
import type { InjectionPoint } from './breakpoints.ts';
import { call, type Step } from './injection-points.ts';
import { rowsOf, type UnorderedRow } from './row.ts';
import { create, waitsInLine } from './workloads.ts';

const starts = call('worker', 'CreateTrainingJob', waitsInLine, 'of one that waits in line');
const [beforeStart, afterStart] = starts as [Step, Step];

const worker = (via: InjectionPoint['via'], what: string, when: InjectionPoint['when']): InjectionPoint => ({
  sender: 'worker',
  via,
  what,
  when,
});

/** Redis is emptied while the training runs, so that the reconciler adds its check; the process that does so is killed. */
const killReconciler = (when: InjectionPoint['when']): UnorderedRow => ({
  fault: 'FLUSHALL of Redis, and kill -9 of the worker that reconciles',
  step: when === 'before' ? 'before the check is restored' : 'after the check is restored, before the round is over',
  workload: create,
  inject: allOf(
    flushRedis({ sender: 'api', via: 'redis', what: 'check-training/addDelayedJob', when: 'after' }),
    killProcess(worker('redis', 'check-training/addDelayedJob', when)),
  ),
  short: false,
});

export const leaseRows: readonly UnorderedRow[] = [
  ...rowsOf('kill -9 of the worker that starts those that wait', starts, killProcess, /^after/),
  // Its leases end meanwhile: another worker starts the training, and the first one continues beside it.
  ...rowsOf('the worker that starts those that wait is paused for longer than its lease', [beforeStart], pauseProcess),
  ...rowsOf('response lost', [afterStart], loseMessage),
  killReconciler('before'),
  killReconciler('after'),
];
