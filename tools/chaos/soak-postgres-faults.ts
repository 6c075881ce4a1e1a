/** Faults of PostgreSQL and of the connections to it, at random. */
import { setTimeout as delay } from 'node:timers/promises';
import type { SoakFault } from './soak-fault.ts';
import { endpoints } from './soak-endpoints.ts';
import type { CrashSystem } from './system.ts';

const commitWithinMs = 10_000;

/** Drops the next commit about an endpoint, or its response. @returns which program sent it, or that none came. */
async function loseCommit(system: CrashSystem, random: () => number): Promise<string> {
  const sender = random() < 0.4 ? 'api' : 'worker';
  const when = random() < 0.3 ? 'before' : 'after';
  const { hit, remove } = system.breakpoints.set({
    point: { sender, via: 'postgres', what: 'commit', when },
    names: endpoints,
    act: () => 'drop',
  });
  const came = await Promise.race([hit.then(() => true), delay(commitWithinMs, false)]);
  remove();
  return came ? `${sender}, ${when} it took effect` : 'none came';
}

export const postgresFaults: readonly SoakFault[] = [
  { name: 'kill -9 of PostgreSQL', weight: 3, inject: (system) => system.postgres.killServer() },
  {
    name: 'PostgreSQL restarted',
    weight: 2,
    inject: (system, random) => system.postgres.restartServer(random() * 6000),
  },
  { name: 'connections to PostgreSQL cut', weight: 3, inject: (system) => system.postgres.cutConnections() },
  {
    name: 'PostgreSQL read-only',
    weight: 2,
    inject: (system, random) => system.postgres.refuseWrites(1000 + random() * 6000),
  },
  {
    name: 'PostgreSQL paused',
    weight: 2,
    inject: (system, random) => system.postgres.pauseServer(1000 + random() * 7000),
  },
  { name: 'a commit or its response lost', weight: 4, inject: loseCommit },
];
