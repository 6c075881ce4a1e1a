import { describe, expect, it } from 'vitest';
import { createWrongKeys, networkOf, type WrongKeyLimits } from '../../src/api/middleware/wrong-keys.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { startApi } from './harness.ts';
import { expectProblem } from './request.ts';

const key = 'the-only-key-0123456789';
const right = { headers: { 'x-api-key': key } };
const wrong = { headers: { 'x-api-key': 'guessed-0123456789' } };
const limits: WrongKeyLimits = {
  free: 3,
  forgottenPerSecond: 0.001,
  stepMs: 700,
  longestWaitMs: 2100,
  mostWaiting: 5,
  mostAddresses: 10,
};

describe('createWrongKeys', () => {
  it('delays responses to wrong keys more and more, and never to right or missing ones', async () => {
    const { ask, logged } = await startApi({ apiKeys: [key], wrongKeys: limits });
    const askWrong = async (): Promise<number> => {
      const startedAt = performance.now();
      expectProblem(await ask('GET', '/training-jobs', wrong), 401, 'unauthorized');
      return performance.now() - startedAt;
    };
    for (let count = 0; count < limits.free; count += 1) await askWrong();
    expect(logged('warn')).toEqual([]);
    expect(await askWrong()).toBeGreaterThan(650);
    expect(await askWrong()).toBeGreaterThan(1350);

    const ended: string[] = [];
    await Promise.all([
      askWrong().then(() => ended.push('wrong')),
      (async () => {
        for (let count = 0; count < 5; count += 1) {
          expect((await ask('GET', '/training-jobs', right)).status).toBe(200);
          expectProblem(await ask('GET', '/training-jobs'), 401, 'unauthorized');
        }
        ended.push('others');
      })(),
    ]);
    expect(ended).toEqual(['others', 'wrong']);
    expect(logged('warn')).toMatchObject([{ address: '127.0.0.1', msg: expect.stringMatching(/wrong API keys/) }]);
  });

  it('returns 429 when too many wait, and not for a right key', async () => {
    const { ask } = await startApi({ apiKeys: [key], wrongKeys: { ...limits, stepMs: 2100 } });
    const responses = await Promise.all(Array.from({ length: 30 }, () => ask('POST', '/bootstrap', wrong)));
    const refused = responses.filter(({ status }) => status === 429);
    expect(responses.filter(({ status }) => status === 401)).toHaveLength(limits.free + limits.mostWaiting);
    expect(refused).toHaveLength(30 - limits.free - limits.mostWaiting);
    for (const response of refused) {
      expectProblem(response, 429, 'too_many_wrong_keys');
      expect(response.headers.get('retry-after')).toBe('3');
    }
    expect((await ask('POST', '/bootstrap', right)).status).toBe(202);
  });

  it('remembers a bounded number of addresses, those that failed last', async () => {
    const log = createLogger({ logLevel: 'silent', secrets: [] }, 'api');
    const after = createWrongKeys(log, { ...limits, free: 1, mostAddresses: 2 });
    const isFree = (address: string): Promise<boolean> =>
      Promise.race([after(address).then(() => true), new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))]);
    expect(await isFree('10.0.0.1')).toBe(true);
    expect(await isFree('10.0.0.1')).toBe(false);
    expect(await isFree('10.0.0.2')).toBe(true);
    expect(await isFree('10.0.0.1')).toBe(false);
    expect(await isFree('10.0.0.3')).toBe(true);
    expect(await isFree('10.0.0.2')).toBe(true);
    expect(await isFree('10.0.0.2')).toBe(false);
  });

  it.each([
    ['10.1.2.3', '10.1.2.3'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['2001:db8:0:1:a:b:c:d', '2001:db8:0:1::/64'],
    ['2001:DB8:0000:0001::1', '2001:db8:0:1::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', ''],
  ])('counts %s for %s', (address, network) => expect(networkOf(address)).toBe(network));
});
