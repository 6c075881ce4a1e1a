import { describe, expect, it } from 'vitest';
import { silentLog } from '../../tools/testkit/silent-log.ts';
import { createNotifier } from '../../src/notifications/notifier.ts';
import { taskLeaseTiming } from '../../src/core/timing.ts';
import { sendNotifications } from '../../src/services/notifications/send-notifications.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { startProgram } from '../../tools/testkit/processes.ts';
import { programEnvironment } from '../../tools/testkit/program-environment.ts';
import { lockDatabase } from '../db/lock-database.ts';
import { openStore } from '../db/sqlite-files.ts';
import { idsOf, type Received, type Receiver, startReceiver } from './receiver.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** A worker with one notification in its database, which it sends to the receiver. */
async function startWorker(receiver: Receiver) {
  const { env, databasePath } = programEnvironment({ HOOK_SECRET: secret });
  const { notifications } = openStore(databasePath);
  const createdAt = Date.now();
  await notifications.add([
    {
      webhookId: 'a',
      deploymentId: 'd-1',
      event: 'deployed',
      url: receiver.url,
      secretEnv: 'HOOK_SECRET',
      body: '{}',
      createdAt,
    },
  ]);
  const worker = startProgram(['src/worker/main.ts'], env);
  return { worker, databasePath, waiting: async () => (await notifications.counts()).waiting };
}

/** What another worker does once the lease of the one that died has ended. */
const sendAfterLease = (databasePath: string): Promise<number> =>
  sendNotifications(
    {
      store: openStore(databasePath),
      now: () => Date.now() + taskLeaseTiming.leaseMs + 5000,
      random: Math.random,
      log: silentLog,
    },
    {
      notifier: createNotifier({
        linkBase: '/model-init',
        privateAddresses: 'refuse',
        secretOf: () => secret,
        proxies: {},
        version: '1',
      }),
    },
  );

const withinMs = 30_000;

describe('a worker', () => {
  it('that dies after a response and before it is recorded leads to a second one with the same id', async () => {
    const arrived = Promise.withResolvers<() => void>();
    const receiver = await startReceiver((response, _: Received, index) => {
      if (index > 0) return void response.end();
      arrived.resolve(() => response.end());
    });
    const { worker, databasePath, waiting } = await startWorker(receiver);
    const respond = await arrived.promise;
    // From now on nothing can be recorded.
    const { release } = await eventually(() => lockDatabase(databasePath));
    respond();
    await worker.kill();
    release();
    expect(await waiting()).toBe(1);
    expect(await sendAfterLease(databasePath)).toBe(1);
    expect(idsOf(receiver)).toEqual(['a', 'a']);
    expect(await waiting()).toBe(0);
  });

  it('sends what waits, signed by its environment, and ends in time at SIGTERM while a receiver is silent', async () => {
    let isSilent = false;
    const receiver = await startReceiver((response) => {
      if (!isSilent) response.end();
    });
    const first = await startWorker(receiver);
    await eventually(async () => (await first.waiting()) === 0, Boolean, { withinMs });
    expect(receiver.received[0]?.headers['webhook-signature']).toMatch(/^v1,/);
    expect(await first.worker.stop()).toEqual({ code: 0, signal: null });
    expect(first.worker.output.join('\n')).not.toContain(secret);

    isSilent = true;
    const second = await startWorker(receiver);
    await eventually(() => receiver.received.length === 2, Boolean, { withinMs });
    expect(await second.worker.stop(9000)).toEqual({ code: 0, signal: null });
    expect(await second.waiting()).toBe(1);
    isSilent = false;
    // Its lease was released.
    expect(await sendAfterLease(second.databasePath)).toBe(1);
    expect(idsOf(receiver)).toEqual(['a', 'a', 'a']);
  });
});
