import { setTimeout as delay } from 'node:timers/promises';
import type { CrashSystem } from './system.ts';
import type { Disposition } from './intercepted-message.ts';
import type { SqlInjectionPoint } from './chaos-database.ts';
import type { InjectionPoint } from './breakpoints.ts';
import type { Work } from './workloads.ts';

/** A fault that is set and waits for its injection point. */
export interface ArmedFault {
  /** Resolves with the instant of the injection. */
  injected: Promise<number>;
  /** Resolves when its cause has ended: the paused process runs again, Redis responds again. */
  over: Promise<unknown>;
  remove: () => void;
}

export type Fault = (system: CrashSystem, work: Work) => ArmedFault;

/** Longer than a job's lock (6 s), the check for stalled jobs (2 s) and the start lease (15 s): another worker has the job by then. */
export const pauseMs = 17_000;

/** Runs while the message is held; `over` may take longer. */
type Act = (
  system: CrashSystem,
  process: string,
  point: InjectionPoint,
  work: Work,
) => { disposition: Disposition | Promise<Disposition>; over?: Promise<unknown> };

/** A fault that is injected when a message reaches the injection point. */
export const onMessage =
  (act: Act) =>
  (point: InjectionPoint): Fault =>
  (system, work) => {
    const over = Promise.withResolvers<unknown>();
    const breakpoint = system.breakpoints.set({
      point,
      names: work.names,
      act: (process) => {
        const done = act(system, process, point, work);
        // Who waits for it gets a rejection; it must not end the matrix before.
        void Promise.resolve(done.over).catch(() => {});
        over.promise.catch(() => {});
        over.resolve(done.over ?? done.disposition);
        return done.disposition;
      },
    });
    return { injected: breakpoint.hit.then(() => Date.now()), over: over.promise, remove: breakpoint.remove };
  };

export const killProcess = onMessage((system, process) => {
  system.process(process).kill();
  return { disposition: 'drop' };
});

export const killRedis = onMessage((system, _process, { via }) => ({
  over: system.killRedis(),
  disposition: via === 'redis' ? 'drop' : 'pass',
}));

export const flushRedis = onMessage((system) => ({ disposition: system.flushRedis().then(() => 'pass') }));

export const removeDatabase = onMessage((system) => ({
  disposition: system.database.remove(system.services).then(() => 'pass'),
}));

/** SIGSTOP. A request that the process was sending is forwarded when it resumes; a response to it waits until then. */
export const pauseProcess = onMessage((system, name, { when }) => {
  const paused = system.process(name);
  paused.pause();
  const over = delay(pauseMs).then(() => paused.resume());
  return { over, disposition: when === 'before' ? over.then(() => 'pass') : 'pass' };
});

export const loseMessage = onMessage(() => ({ disposition: 'drop' }));

/** Kills the process while it is within a transaction that is not committed. */
export const killInTransaction =
  (point: SqlInjectionPoint): Fault =>
  (system, work) => {
    const trap = system.database.holdInTransaction(system.services, point, work.names);
    return { injected: trap.injected, over: trap.injected, remove: trap.remove };
  };

/** Several faults, each at its own injection point; the row needs all of them. */
export const allOf =
  (...faults: Fault[]): Fault =>
  (system, work) => {
    const armed = faults.map((fault) => fault(system, work));
    return {
      injected: Promise.all(armed.map(({ injected }) => injected)).then((instants) => Math.max(...instants)),
      over: Promise.all(armed.map(({ over }) => over)),
      remove: () => armed.forEach(({ remove }) => remove()),
    };
  };
