import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { CallLog, type CallFilter, type LoggedCall } from './state/call-log.ts';
import { followWithEvents } from './events/follow.ts';
import { FaultBook } from './faults/fault-book.ts';
import type { FaultSpec, StoredFault } from './faults/fault.ts';
import { RateLimits } from './faults/rate-limits.ts';
import { serve } from './http/serve.ts';
import { defaultSettings, type Settings, type SettingsPatch } from './settings.ts';
import type { Effect, EffectKind } from './state/effects.ts';
import { forceAlarm, type ListedAlarm, listAlarms } from './control/alarm-routes.ts';
import { type ModelBehaviorSpec, setModelBehavior } from './control/model-routes.ts';
import { settle } from './resources/settle-rollouts.ts';
import type { AlarmState } from './state/alarm-records.ts';
import { State } from './state/state.ts';
import type { Log, SimulatorContext } from './context.ts';

export interface SimulatorOptions {
  /** Loopback by default. */
  host?: string;
  /** 0, the default, takes a free one. */
  port?: number;
  /** Where the state is kept; by default in memory only. */
  stateFile?: string | null;
  settings?: SettingsPatch;
  accountId?: string;
  /** Milliseconds since 1970 UTC. The clock of everything but the `delay` fault. */
  now?: () => number;
  /** Uniform in [0, 1); for faults with a probability. */
  random?: () => number;
  log?: Log;
}

/** A running simulator of SageMaker's control plane. */
export interface Simulator {
  url: string;
  port: number;
  /** The requests since the start, with their outcomes. */
  calls: (filter?: CallFilter) => LoggedCall[];
  /** The changes of resources by calls and with time, oldest first; they survive restarts. */
  effects: (filter?: { kind?: EffectKind; name?: string }) => Effect[];
  /** All alarms of CloudWatch, by name. */
  alarms: () => ListedAlarm[];
  /** Holds an alarm in a state; null lets its metric decide again. @throws without such an alarm. */
  forceAlarm: (name: string, forced: { state: AlarmState; reason?: string } | null) => void;
  /** What containers of models with such a name do with requests; null lets them echo again. */
  setModelBehavior: (nameContains: string, behavior: ModelBehaviorSpec | null) => void;
  settings: () => Settings;
  changeSettings: (patch: SettingsPatch) => void;
  addFault: (spec: FaultSpec) => StoredFault;
  clearFaults: () => void;
  /** Deletes all state and resets the settings to those of the start. */
  reset: () => void;
  /** Closes open connections, the port and the state file. */
  close: () => Promise<void>;
}

const watchMs = 100;

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function createContext(options: SimulatorOptions, closing: AbortSignal): SimulatorContext {
  const { stateFile = null, accountId = '123456789012', now = Date.now, random = Math.random, log = silent } = options;
  const state = new State(stateFile);
  const rateLimits = new RateLimits();
  const calls = new CallLog();
  const settings = (): Settings => ({ ...defaultSettings, ...options.settings, ...state.settings.get('control') });
  const settleNow = (): void => settle(state, settings(), now());
  const events = followWithEvents(state, { settings: () => settings().events, now, random, log, closing, settle: settleNow });
  // An alarm ends a rollout also while no call comes.
  const watch = setInterval(() => state.rollouts.size > 0 && settleNow(), watchMs).unref();
  closing.addEventListener('abort', () => clearInterval(watch));
  return {
    state,
    faults: new FaultBook(state, random),
    rateLimits,
    calls,
    accountId,
    log,
    now,
    random,
    settle: settleNow,
    settings,
    changeSettings: (patch) => state.commit({ puts: [['settings', 'control', { ...state.settings.get('control'), ...patch }]] }),
    reset: () => {
      state.clear();
      events.clear();
      rateLimits.clear();
      calls.clear();
    },
    closing,
  };
}

/** Starts a simulator. @throws when the port is taken or the state file can't be read. */
export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { host = '127.0.0.1', port = 0 } = options;
  const closing = new AbortController();
  const context = createContext(options, closing.signal);
  const server = serve(context);
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const urlHost = host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host;
  return {
    url: `http://${urlHost}:${address.port}`,
    port: address.port,
    calls: (filter) => context.calls.list(filter),
    effects: ({ kind, name } = {}) => {
      context.settle();
      return context.state
        .effects(context.now())
        .filter((effect) => (kind ?? effect.kind) === effect.kind && (name ?? effect.name) === effect.name);
    },
    alarms: () => {
      context.settle();
      return listAlarms(context.state, context.now());
    },
    forceAlarm: (name, forced) => forceAlarm(context, name, forced),
    setModelBehavior: (nameContains, behavior) => setModelBehavior(context, nameContains, behavior),
    settings: context.settings,
    changeSettings: context.changeSettings,
    addFault: (spec) => context.faults.add(spec),
    clearFaults: () => context.faults.clear(),
    reset: context.reset,
    close: async () => {
      closing.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      context.state.close();
    },
  };
}
