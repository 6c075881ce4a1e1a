/** Faults of the PostgreSQL server and of the connections to it. */
import { onMessage } from './faults.ts';

/** Long enough for every process to meet the fault. */
const faultMs = 3000;

/** A commit that is held when the server dies does not reach it, or its response does not arrive. */
export const killPostgres = onMessage((system, _process, { via }) => ({
  over: system.postgres.killServer(),
  disposition: via === 'postgres' ? 'drop' : 'pass',
}));

export const restartPostgres = onMessage((system) => ({ over: system.postgres.restartServer(faultMs), disposition: 'pass' }));

export const cutConnections = onMessage((system) => ({ disposition: system.postgres.cutConnections().then(() => 'pass') }));

export const refuseWrites = onMessage((system) => {
  const armed = Promise.withResolvers<'pass'>();
  const over = system.postgres.refuseWrites(faultMs, () => armed.resolve('pass'));
  return { over, disposition: Promise.race([armed.promise, over.then(() => 'pass' as const)]) };
});

export const pausePostgres = onMessage((system) => ({ over: system.postgres.pauseServer(faultMs), disposition: 'pass' }));
