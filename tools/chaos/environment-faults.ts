/** Faults that operators have met: of Redis, the database, SageMaker and the account, with every process alive. */
import { setTimeout as delay } from 'node:timers/promises';
import { onMessage } from './faults.ts';

/** Long enough for every process to meet the fault. */
const faultMs = 3000;

export const demoteRedis = onMessage((system) => ({
  over: system.demoteRedis(faultMs),
  disposition: delay(50).then(() => 'pass'),
}));

export const starveRedis = onMessage((system) => ({
  over: system.starveRedis(faultMs),
  disposition: delay(50).then(() => 'pass'),
}));

export const lockDatabase = onMessage((system) => ({ over: system.database.lock(faultMs), disposition: 'pass' }));

/** As with a session that has expired and is renewed. */
export const refuseCredentials = onMessage((system, _process, { what, via }) => {
  const id = `credentials-${via}-${what}-${Date.now()}`;
  const refused = {
    kind: 'error',
    status: 400,
    code: 'ExpiredTokenException',
    message: 'The security token included in the request is expired',
    times: 'forever',
    id,
  } as const;
  const armed = system.simulator.addFaults([refused]);
  const over = armed.then(() => delay(faultMs)).then(() => system.simulator.removeFault(id));
  return { over, disposition: armed.then(() => 'pass') };
});

/** A clean-up script deletes what the service has just created for the training. */
export const deleteCreated = (what: 'model' | 'endpoint_config') =>
  onMessage((system, _process, _point, { names: [trainingJobName = ''] }) => ({
    disposition: system.simulator.deleteResourcesOf(trainingJobName, what).then(() => 'pass'),
  }));
