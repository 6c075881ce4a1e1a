/** Faults that others have met in the field: of Redis, the database, SageMaker and the account, without a process being killed. */
import { setTimeout as delay } from 'node:timers/promises';
import { at } from './faults.ts';

/** Long enough for every process to meet it. */
const spellMs = 3000;

export const demoteRedis = at((system) => ({ over: system.demoteRedis(spellMs), passage: delay(50).then(() => 'pass') }));

export const starveRedis = at((system) => ({ over: system.starveRedis(spellMs), passage: delay(50).then(() => 'pass') }));

export const lockDatabase = at((system) => ({ over: system.lockDatabase(spellMs), passage: 'pass' }));

/** As of a session that has expired, and is renewed. */
export const refuseCredentials = at((system, _process, { what, via }) => {
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
  const over = armed.then(() => delay(spellMs)).then(() => system.simulator.removeFault(id));
  return { over, passage: armed.then(() => 'pass') };
});

/** Somebody's clean-up deletes what has just been made for the training. */
export const deleteMade = (what: 'model' | 'endpoint_config') =>
  at((system, _process, _place, { about: [trainingJobName = ''] }) => ({
    passage: system.simulator.deleteMadeFor(trainingJobName, what).then(() => 'pass'),
  }));
