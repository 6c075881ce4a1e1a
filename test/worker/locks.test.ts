import { expect, it } from 'vitest';
import { snooze } from '../../src/services/job-result.ts';
import { aRun } from '../queue/harness.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { redisUrl } from '../../tools/testkit/redis.ts';
import { setUp } from './harness.ts';
import { checkKind } from './kinds.ts';

it('the lock of a job that is delayed is given back, not lost', async () => {
  const { queue, lines, start } = setUp(redisUrl());
  let runs = 0;
  start(
    [
      checkKind(async () => {
        runs += 1;
        // Longer than a lock is old when it is renewed: a renewal is always near.
        const until = performance.now() + 10;
        await eventually(() => performance.now() > until, Boolean, { everyMs: 2 });
        return snooze(1);
      }),
    ],
    { times: { lockMs: 1000, lockRenewMs: 4, stalledIntervalMs: 500 } },
  );
  for (let number = 0; number < 10; number += 1) await queue.scheduleTrainingCheck(aRun(`job-${number}`), 0);
  await eventually(() => runs > 1000, undefined, { withinMs: 30_000 });
  expect(lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
});
