/** Faults of safe delivery, at random: in the calls that only it makes, of its alarms, and of the receiver. */
import { setTimeout as delay } from 'node:timers/promises';
import { pauseMs } from './faults.ts';
import { atNextCall, type SoakFault } from './soak-fault.ts';

const guardCalls = ['PutMetricAlarm', 'DeleteAlarms', 'SetAlarmState', 'InvokeEndpoint', 'AddTags'];

export const deliveryFaults: readonly SoakFault[] = [
  {
    name: 'kill -9 of a worker in a call of safe delivery',
    weight: 3,
    inject: (system, random) =>
      atNextCall(system, { calls: guardCalls, when: random() < 0.5 ? 'before' : 'after' }, (worker) => {
        worker.kill();
        return Promise.resolve();
      }),
  },
  {
    name: 'a worker paused for longer than its job lock, in a call of safe delivery',
    weight: 2,
    inject: (system) =>
      atNextCall(system, { calls: guardCalls, when: 'before' }, async (worker) => {
        worker.pause();
        await delay(pauseMs);
        worker.resume();
      }),
  },
  {
    name: 'kill -9 of the worker that sends a notification',
    weight: 2,
    inject: (system) =>
      atNextCall(system, { calls: ['notification'], via: 'webhook', when: 'after' }, (worker) => {
        worker.kill();
        return Promise.resolve();
      }),
  },
  {
    name: 'a guard alarm goes off',
    weight: 2,
    inject: async (system, random) => {
      const own = (await system.simulator.alarms()).filter(({ kind }) => kind === 'metric');
      const alarm = own[Math.floor(random() * own.length)];
      if (alarm === undefined) return 'there was none';
      await system.simulator.forceAlarm(alarm.name, 'ALARM').catch(() => undefined);
      return alarm.name;
    },
  },
  {
    name: 'the receiver of notifications unavailable',
    weight: 1,
    inject: async (system, random) => {
      system.receiver.isAway = true;
      await delay(1000 + random() * 5000);
      system.receiver.isAway = false;
    },
  },
];
