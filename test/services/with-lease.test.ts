import { describe, expect, it } from 'vitest';
import { taskLeaseTiming } from '../../src/core/timing.ts';
import { LeaseLostError, withLease } from '../../src/services/system/with-lease.ts';
import { startTestContext } from './harness.ts';

const seconds = (ms: number): number => ms / 1000;

describe('withLease', () => {
  it('lets one of several processes work that begin at once', async () => {
    const { ctx } = await startTestContext();
    const results = await Promise.all(
      [1, 2, 3].map((number) => withLease(ctx, { task: 'search', work: () => Promise.resolve(number) })),
    );
    expect(results.filter((one) => one !== null)).toHaveLength(1);
  });

  it('lets the next one work at once when it is over, also when it fails', async () => {
    const { ctx } = await startTestContext();
    const fails = withLease(ctx, { task: 'search', work: () => Promise.reject(new Error('no')) });
    await expect(fails).rejects.toThrow('no');
    expect(await withLease(ctx, { task: 'search', work: () => Promise.resolve(1) })).toBe(1);
  });

  it('keeps others away for as long as it is renewed, and no longer', async () => {
    const { ctx, clock } = await startTestContext();
    const other = () => withLease(ctx, { task: 'search', work: () => Promise.resolve('other') });
    const results: (string | null)[] = [];
    await withLease(ctx, {
      task: 'search',
      async work(renew) {
        for (let index = 0; index < 4; index += 1) {
          clock.advance(seconds(taskLeaseTiming.leaseMs) - 1);
          await renew();
          results.push(await other());
        }
        clock.advance(seconds(taskLeaseTiming.leaseMs));
        results.push(await other());
      },
    });
    expect(results).toEqual([null, null, null, null, 'other']);
  });

  it('ends work whose lease another process has taken, and does not take it back', async () => {
    const { ctx, clock } = await startTestContext();
    const steps: string[] = [];
    const work = async (renew: () => Promise<void>): Promise<string> => {
      clock.advance(seconds(taskLeaseTiming.leaseMs));
      await withLease(ctx, {
        task: 'search',
        async work() {
          for (let count = 0; count < 2; count += 1) {
            const lost = renew().then(
              () => 'held',
              (error: unknown) => error,
            );
            expect(await lost).toBeInstanceOf(LeaseLostError);
          }
          steps.push('other');
        },
      });
      await renew();
      steps.push('continues');
      return 'done';
    };
    expect(await withLease(ctx, { task: 'search', work })).toBeNull();
    expect(steps).toEqual(['other']);
    expect(await withLease(ctx, { task: 'search', work: () => Promise.resolve('next') })).toBe('next');
  });
});
