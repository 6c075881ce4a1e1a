import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { CallLog, type CallFilter, type LoggedCall } from './calls.ts';
import { followWithEvents } from './events/follow.ts';
import { FaultBook } from './faults/fault-book.ts';
import type { FaultSpec, StoredFault } from './faults/fault.ts';
import { RateLimits } from './faults/rate-limits.ts';
import { serve } from './http/serve.ts';
import { defaultSettings, type Settings, type SettingsPatch } from './settings.ts';
import type { Effect } from './state/effects.ts';
import { State } from './state/state.ts';
import type { Log, World } from './world.ts';

export interface SimulatorOptions {
  /** Loopback by default. */
  host?: string;
  /** 0, the default, takes a free one. */
  port?: number;
  /** Where the state is kept; by default in memory only. */
  stateFile?: string | null;
  settings?: SettingsPatch;
  accountId?: string;
  /** Milliseconds since 1970 UTC. Everything that takes time goes by it, save the `delay` fault. */
  now?: () => number;
  /** Uniform in [0, 1); for faults with a probability. */
  random?: () => number;
  log?: Log;
}

/** A running stand-in for SageMaker's control plane. */
export interface Simulator {
  url: string;
  port: number;
  /** Every request since the start that matches, as it was answered. */
  calls: (filter?: CallFilter) => LoggedCall[];
  /** What has been changed, and what has come about since, oldest first; survives restarts. */
  effects: (filter?: { kind?: string; name?: string }) => Effect[];
  settings: () => Settings;
  changeSettings: (patch: SettingsPatch) => void;
  addFault: (spec: FaultSpec) => StoredFault;
  clearFaults: () => void;
  /** Forgets everything but the settings of the start. */
  reset: () => void;
  /** Breaks what is open, and lets go of the port and the file. */
  close: () => Promise<void>;
}

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function createWorld(options: SimulatorOptions, closing: AbortSignal): World {
  const { stateFile = null, accountId = '123456789012', now = Date.now, random = Math.random, log = silent } = options;
  const state = new State(stateFile);
  const rateLimits = new RateLimits();
  const calls = new CallLog();
  const events = followWithEvents(state, { settings: () => settings().events, now, random, log, closing });
  const settings = (): Settings => ({ ...defaultSettings, ...options.settings, ...state.settings.get('control') });
  return {
    state,
    faults: new FaultBook(state, random),
    rateLimits,
    calls,
    accountId,
    log,
    now,
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

/** Starts a stand-in. @throws when the port is taken or the state file can't be read. */
export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { host = '127.0.0.1', port = 0 } = options;
  const closing = new AbortController();
  const world = createWorld(options, closing.signal);
  const server = serve(world);
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const urlHost = host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host;
  return {
    url: `http://${urlHost}:${address.port}`,
    port: address.port,
    calls: (filter) => world.calls.list(filter),
    effects: ({ kind, name } = {}) =>
      world.state
        .effects(world.now())
        .filter((effect) => (kind ?? effect.kind) === effect.kind && (name ?? effect.name) === effect.name),
    settings: world.settings,
    changeSettings: world.changeSettings,
    addFault: (spec) => world.faults.add(spec),
    clearFaults: () => world.faults.clear(),
    reset: world.reset,
    close: async () => {
      closing.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      world.state.close();
    },
  };
}
