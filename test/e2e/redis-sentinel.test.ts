import { onTestFinished, test } from 'vitest';
import { launchRedisSentinels, masterName } from '../../tools/testkit/redis-sentinels.ts';
import { expectKilledMasterToCostNothing } from './kill-redis-master.ts';

test('sentinels, and one password for them and Redis: the master is killed', async () => {
  const secret = 'hunter2pass';
  const sentinels = await launchRedisSentinels({ password: secret, sentinelPassword: secret });
  onTestFinished(() => sentinels.stop());
  const env = {
    REDIS_MODE: 'sentinel',
    REDIS_URL: sentinels.redisUrl.replaceAll('redis://', `redis://:${secret}@`),
    REDIS_SENTINEL_NAME: masterName,
    secret,
  };
  const master = await sentinels.master();
  await expectKilledMasterToCostNothing(env, () => master.kill());
}, 150_000);
