import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { snooze } from '../../src/services/job-result.ts';
import { aRun, openQueue, openRedis } from '../queue/harness.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { startRedis } from '../../tools/testkit/redis.ts';
import { startTcpSwitch } from '../../tools/testkit/tcp-switch.ts';
import { nothing, setUp } from './harness.ts';
import { checkKind } from './kinds.ts';

const nowhere = ['127.0.0.1', 1] as const;
/** The promise is 20 s. */
const back = { withinMs: 12_000 };

/** Processor time of this process within a time, as a share of one core: the wait is what is measured. */
async function shareOfCore(milliseconds: number): Promise<number> {
  const before = process.cpuUsage();
  await wait(milliseconds);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / milliseconds;
}

/** A worker whose job looks again every 20 ms. */
async function busyWorker(url: string) {
  const set = setUp(url);
  let runs = 0;
  const runtime = set.start([
    checkKind(() => {
      runs += 1;
      return Promise.resolve(snooze(20));
    }),
  ]);
  await set.queue.scheduleTrainingCheck(aRun('job-1'), 0);
  await eventually(() => runs > 3);
  return { ...set, runtime, runs: () => runs };
}

describe('a worker whose Redis was demoted and keeps its connections', () => {
  it('resumes when the replica is promoted, with the job that was active', async () => {
    const server = await startRedis();
    const admin = openRedis(server.url);
    const { runs, lines } = await busyWorker(server.url);
    await admin.replicaof(...nowhere);
    await eventually(() => lines.some(({ reason }) => String(reason).includes('READONLY')), undefined, back);
    const before = await shareOfCore(2000).then(() => runs());
    await admin.replicaof('NO', 'ONE');
    await eventually(() => runs() > before + 3, undefined, back);
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('reconnects where the name leads now, also from a blocking fetch', async () => {
    const [first, second] = [await startRedis(), await startRedis()];
    const name = await startTcpSwitch(first.port);
    const { prefix, start, log } = setUp(`redis://127.0.0.1:${name.port}`);
    let runs = 0;
    const runtime = start([
      checkKind(() => {
        runs += 1;
        return nothing();
      }),
    ]);
    await runtime.fetching;
    const blocked = async () => String(await openRedis(first.url).client('LIST')).includes('cmd=bzpopmin');
    await eventually(blocked);
    await openRedis(first.url).replicaof(...nowhere);
    name.leadTo(second.port);
    await openQueue(second.url, prefix, log).scheduleTrainingCheck(aRun('job-1'), 0);
    expect(
      await eventually(
        () => runs,
        (count) => count === 1,
        back,
      ),
    ).toBe(1);
  });
});

describe.each([
  ['a full memory', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0']],
  [
    'a user without EVALSHA and BZPOPMIN',
    ['ACL', 'SETUSER', 'app', '-evalsha', '-eval', '-bzpopmin'],
    ['ACL', 'SETUSER', 'app', '+@all'],
  ],
] as const)('a worker that meets %s', (_what, refuse, allow) => {
  it('waits after each failing fetch, logs once, closes at once, and otherwise resumes', async () => {
    const server = await startRedis();
    const admin = openRedis(server.url);
    await admin.call('ACL', 'SETUSER', 'app', 'on', '>pass', '~*', '&*', '+@all');
    const first = await busyWorker(`redis://app:pass@127.0.0.1:${server.port}`);
    const second = await busyWorker(`redis://app:pass@127.0.0.1:${server.port}`);
    await admin.call(refuse[0], ...refuse.slice(1));
    await eventually(() => first.lines.some(({ message }) => message === refusing), undefined, back);
    expect(await shareOfCore(3000)).toBeLessThan(0.25);
    expect(first.lines.filter(({ message, connection }) => message === refusing && connection === 'worker').length).toBeLessThan(
      3,
    );

    const startedAt = performance.now();
    await second.runtime.close();
    expect(performance.now() - startedAt).toBeLessThan(2500);

    await admin.call(allow[0], ...allow.slice(1));
    const before = first.runs();
    await eventually(() => first.runs() > before + 3, undefined, back);
  });
});

const refusing = 'Redis refuses commands; retrying';

it('a worker that is on hold takes no jobs until it may again', async () => {
  const server = await startRedis();
  const { runtime, runs, queue } = await busyWorker(server.url);
  runtime.pause();
  await eventually(async () => (await queue.depths())['check-training']?.active === 0);
  const before = runs();
  await eventually(async () => Date.now() - ((await queue.due())['check-training']?.oldest?.since ?? Infinity) > 1000);
  expect(runs()).toBe(before);
  expect(runtime.isRunning()).toBe(true);
  runtime.resume();
  await eventually(() => runs() > before + 3);
});
