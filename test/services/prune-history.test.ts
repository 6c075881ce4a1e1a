import { describe, expect, it } from 'vitest';
import { adoptOrphans } from '../../src/services/adoption/adopt-orphans.ts';
import { newSearch } from '../../src/services/adoption/orphan-search.ts';
import { pruneHistory } from '../../src/services/system/prune-history.ts';
import { observeOnEvent } from '../../src/services/events/observe-on-event.ts';
import { receiveEvent } from '../../src/services/events/receive-event.ts';
import { requestDeployment } from '../../src/services/deployment/request-deployment.ts';
import { timedOut } from '../db/samples.ts';
import { startTestContext, type TestContext } from './harness.ts';

const day = 86_400;
const kept = { historyRetentionMs: 4 * day * 1000 };

const names = async ({ store }: TestContext): Promise<string[]> =>
  (await store.runs.list({ filter: {}, page: { limit: 100, cursor: null } })).items.map(({ trainingJobName }) => trainingJobName);

/** One that is live, and one that was not to be deployed. */
async function startOld(): Promise<{ context: TestContext; live: string; old: string }> {
  const context = await startTestContext(kept);
  const live = await context.start();
  const old = await context.start({}, false);
  await context.settle();
  return { context, live, old };
}

describe('pruneHistory', () => {
  it('keeps everything where the configuration sets no time', async () => {
    const context = await startTestContext();
    await context.start({}, false);
    await context.settle();
    context.clock.advance(1000 * day);
    expect(await pruneHistory(context.ctx)).toBeNull();
    expect(await names(context)).toHaveLength(1);
  });

  it('deletes old runs, and says how many', async () => {
    const { context, live, old } = await startOld();
    expect(await pruneHistory(context.ctx)).toBe(0);
    expect(await names(context)).toEqual([old, live]);
    context.clock.advance(5 * day);
    expect(await pruneHistory(context.ctx)).toBe(1);
    expect(await names(context)).toEqual([live]);
    expect(context.lines.filter((line) => line.includes('"event":"history.pruned"'))).toHaveLength(1);
  });

  it('deletes in one process at a time', async () => {
    const { context } = await startOld();
    context.clock.advance(5 * day);
    const pruned = await Promise.all([1, 2, 3].map(() => pruneHistory(context.ctx)));
    expect(pruned.filter((one) => one !== null)).toEqual([1]);
  });

  it('prunes more runs than one batch has', async () => {
    const { context, live } = await startOld();
    for (let number = 0; number < 70; number += 1) {
      const trainingJobName = await context.start({}, false);
      await context.store.runs.finish({
        trainingJobName,
        outcome: timedOut,
        deployment: null,
        actor: 'poll',
        now: context.clock.now,
      });
    }
    context.clock.advance(5 * day);
    expect(await pruneHistory(context.ctx)).toBe(71);
    expect(await names(context)).toEqual([live]);
  }, 30_000);
});

describe('a pruned training', () => {
  it('is adopted by no search and no event, also with a new search, and by a caller all the same', async () => {
    const { context, old } = await startOld();
    await adoptOrphans(context.ctx, { search: newSearch() });
    context.clock.advance(5 * day);
    await pruneHistory(context.ctx);
    context.clock.advance(31);
    expect(await adoptOrphans(context.ctx, { search: newSearch() })).toBe(0);
    await context.store.leases.saveCheckpoint({ task: 'lost-trainings', checkpointAt: 1 });
    context.clock.advance(31);
    expect(await adoptOrphans(context.ctx, { search: newSearch() })).toBe(0);
    await receiveEvent(context.ctx, { kind: 'training', trainingJobName: old, status: 'Completed', tags: {} });
    await observeOnEvent(context.ctx, { trainingJobName: old, actor: 'event', failingSince: null });
    expect(await context.store.runs.find(old)).toBeNull();

    await requestDeployment(context.ctx, { trainingJobName: old, force: true, trigger: 'api' });
    expect(await context.store.runs.find(old)).not.toBeNull();
  });

  it('is not deployed over what is live when the database is lost, too', async () => {
    const { context, live, old } = await startOld();
    context.clock.advance(5 * day);
    await pruneHistory(context.ctx);
    const before = context.effects();
    await context.loseDatabase();
    await adoptOrphans(context.ctx, { search: newSearch() });
    await context.settle();
    expect(await context.store.runs.find(old)).toBeNull();
    expect(await context.store.runs.find(live)).toBeNull();
    expect(context.effects()).toEqual(before);
  });
});
