import { onTestFinished, test } from 'vitest';
import { tlsFiles } from '../../tools/testkit/redis-node.ts';
import { launchRedisSentinels, masterName } from '../../tools/testkit/redis-sentinels.ts';
import { expectKilledMasterToCostNothing } from './kill-redis-master.ts';

test('sentinels with TLS, and one password for them and Redis: the master is killed', async () => {
  const secret = 'hunter2pass';
  const sentinels = await launchRedisSentinels({ password: secret, sentinelPassword: secret, tls: true });
  onTestFinished(() => sentinels.stop());
  const env = {
    REDIS_MODE: 'sentinel',
    REDIS_URL: sentinels.redisUrl.replaceAll('rediss://', `rediss://:${secret}@`),
    REDIS_SENTINEL_NAME: masterName,
    NODE_EXTRA_CA_CERTS: tlsFiles.certificate,
    secret,
  };
  const master = await sentinels.master();
  await expectKilledMasterToCostNothing(env, () => master.kill());
}, 150_000);
