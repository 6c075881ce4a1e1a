import { expect, onTestFinished, test } from 'vitest';
import { requesting } from '../api/request.ts';
import { freePort } from '../../tools/dev/ports.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { startProgram } from '../../tools/testkit/processes.ts';
import { programEnvironment } from '../../tools/testkit/program-environment.ts';
import { RedisNode, tlsFiles } from '../../tools/testkit/redis-node.ts';

test('one server with TLS: used with its authority, and a clear reason without', async () => {
  const server = await RedisNode.launch({ port: await freePort(), tls: true });
  onTestFinished(() => server.stop());
  const readiness = async (more: Record<string, string>) => {
    const port = await freePort();
    const { env } = programEnvironment({ PORT: String(port), REDIS_URL: `rediss://localhost:${server.port}`, ...more });
    const api = startProgram(['src/api/main.ts'], env);
    await api.logged(({ msg }) => msg === 'listening', 60_000);
    const ask = requesting(`http://127.0.0.1:${port}`);
    return async () => (await ask<{ checks: { redis: string } }>('GET', '/health/ready')).body.checks.redis;
  };
  const [trusting, suspicious] = await Promise.all([readiness({ NODE_EXTRA_CA_CERTS: tlsFiles.certificate }), readiness({})]);
  expect(await eventually(trusting, (redis) => redis === 'ok')).toBe('ok');
  expect(await suspicious()).toMatch(/self-signed certificate/);
}, 120_000);
