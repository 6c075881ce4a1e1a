import { setTimeout as delay } from 'node:timers/promises';
import type { CrashSystem } from './system.ts';
import type { Passage } from './intercepted-message.ts';
import { holdInTransaction, type SqlPlace } from './sqlite-trap.ts';
import type { Place } from './breakpoints.ts';
import type { Work } from './workloads.ts';

/** A fault that is set up, and strikes where it was told to. */
export interface Armed {
  /** Resolves with the instant at which it struck. */
  struck: Promise<number>;
  /** Resolves when what it did is over: the process paused goes on, Redis answers again. */
  over: Promise<unknown>;
  remove: () => void;
}

export type Fault = (system: CrashSystem, work: Work) => Armed;

/** Beyond the lock (6 s), the look for stalled jobs (2 s) and the start lease (15 s): somebody else has the job by then. */
export const pauseMs = 17_000;

/** What happens while the message is held up; `over` may take longer. */
type Act = (
  system: CrashSystem,
  process: string,
  place: Place,
  work: Work,
) => { passage: Passage | Promise<Passage>; over?: Promise<unknown> };

/** A fault that strikes when a message comes by a place. */
export const at =
  (act: Act) =>
  (place: Place): Fault =>
  (system, work) => {
    const over = Promise.withResolvers<unknown>();
    const wire = system.wires.set({
      place,
      about: work.about,
      act: (process) => {
        const done = act(system, process, place, work);
        over.resolve(done.over ?? done.passage);
        return done.passage;
      },
    });
    return { struck: wire.tripped.then(() => Date.now()), over: over.promise, remove: wire.remove };
  };

export const killProcess = at((system, process) => {
  system.process(process).kill();
  return { passage: 'drop' };
});

export const killRedis = at((system, _process, { via }) => ({
  over: system.killRedis(),
  passage: via === 'redis' ? 'drop' : 'pass',
}));

export const flushRedis = at((system) => ({ passage: system.flushRedis().then(() => 'pass') }));

export const removeDatabase = at((system) => {
  system.removeDatabase();
  return { passage: 'pass' };
});

/** SIGSTOP; what it was sending goes on its way only when it wakes up, what it was to hear waits for it. */
export const pauseProcess = at((system, name, { when }) => {
  const paused = system.process(name);
  paused.pause();
  const over = delay(pauseMs).then(() => paused.resume());
  return { over, passage: when === 'before' ? over.then(() => 'pass') : 'pass' };
});

export const loseMessage = at(() => ({ passage: 'drop' }));

/** Kills the process while it is within a transaction that is not committed. */
export const killInTransaction =
  (place: SqlPlace): Fault =>
  (system, work) => {
    const trap = holdInTransaction(system, place, work);
    return { struck: trap.struck, over: trap.struck, remove: trap.remove };
  };

/** Several faults, each in its place: all have to strike. */
export const allOf =
  (...faults: Fault[]): Fault =>
  (system, work) => {
    const armed = faults.map((fault) => fault(system, work));
    return {
      struck: Promise.all(armed.map(({ struck }) => struck)).then((instants) => Math.max(...instants)),
      over: Promise.all(armed.map(({ over }) => over)),
      remove: () => armed.forEach(({ remove }) => remove()),
    };
  };
