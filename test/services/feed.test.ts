import { describe, expect, it, vi } from 'vitest';
import { QueueUnavailableError } from '../../src/core/errors.ts';
import { smallFleet } from '../../src/core/feed/feed-timing.ts';
import { readFeedStatus } from '../../src/services/feed/read-feed-status.ts';
import { relistTrainings } from '../../src/services/feed/relist-trainings.ts';
import { newSweepMemory, sweepChanges } from '../../src/services/feed/sweep-changes.ts';
import { fleetName, recordRun, startFleet } from './feed-fleet.ts';

const large = smallFleet + 1;
const first = fleetName(1);
const index = { lagMs: 0, lost: 0, late: 0, lateMs: 0, loses: [], delays: [] };
const denied = {
  kind: 'error',
  match: { operation: 'Search' },
  code: 'AccessDeniedException',
  message: 'User: x is not authorized to perform: sagemaker:Search',
  status: 400,
  times: 'forever',
} as const;
const due = { state: 'waiting', describedAt: null };

/** The lines with an event, by level. */
const linesOf = (lines: readonly string[], event: string): string[] =>
  lines
    .map((line) => JSON.parse(line) as { event?: string; level: string; reason?: string })
    .filter((line) => line.event === event)
    .map(({ level, reason = '' }) => `${level} ${reason}`.trim());

describe('sweepChanges', () => {
  it('lets checks sleep without a call, and wakes the one whose training has ended', async () => {
    const fleet = await startFleet(large);
    const { ctx, clock } = fleet.context;
    await fleet.sweepAfter(0);
    expect(await fleet.mode()).toBe('search');
    clock.advance(1);
    const described = await fleet.check(first, null);
    expect(described).toMatchObject({ kind: 'snooze', describedAt: clock.now, delayMs: expect.any(Number), batchMs: 5_000 });
    expect(fleet.calls('DescribeTrainingJob')).toBe(1);
    await fleet.sweepAfter(1);
    const describedAt = clock.now - 60_000;
    expect(await fleet.check(first, describedAt, true)).toMatchObject({ kind: 'snooze', describedAt, batchMs: 5_000 });
    expect(fleet.calls('DescribeTrainingJob')).toBe(1);

    await fleet.complete(first);
    await fleet.sweepAfter(1);
    expect(await fleet.job(first)).toEqual(due);
    expect(await fleet.job(fleetName(2))).toMatchObject({ state: 'delayed', describedAt: expect.any(Number) });
    expect(await fleet.check(first, null)).toMatchObject({ kind: 'complete' });
    expect(await ctx.store.runs.find(first)).toMatchObject({ status: 'completed', deploymentStatus: 'queued' });
    expect(await readFeedStatus(ctx)).toMatchObject({ found: { search: 1, list: 0 }, problems: [] });
  });

  it('works in one process at a time, once an interval', async () => {
    const fleet = await startFleet(large);
    const { ctx, clock } = fleet.context;
    await fleet.sweepAfter(0);
    const before = fleet.calls('Search');
    clock.advance(60);
    await Promise.all([1, 2, 3].map(() => sweepChanges(ctx, { memory: newSweepMemory() })));
    await sweepChanges(ctx, { memory: newSweepMemory() });
    expect(fleet.calls('Search') - before).toBe(1);
  });

  it('records phases, and never an earlier one', async () => {
    const fleet = await startFleet(large);
    const { ctx, clock, simulator } = fleet.context;
    await fleet.sweepAfter(0);
    const phase = async () => (await ctx.store.runs.find(first))?.secondaryStatus;
    expect(await phase()).toBe('Starting');
    const recorded = { trainingJobName: first, secondaryStatus: 'Uploading', trainingCreatedAt: clock.now } as const;
    await ctx.store.runs.recordSecondaryStatus({ ...recorded, actor: 'event', now: clock.now });
    await fleet.sweepAfter(1);
    expect(await phase()).toBe('Uploading');
    expect(simulator.calls({ operation: 'DescribeTrainingJob' })).toEqual([]);
  });

  it('moves the watermark only when Redis has taken the nudges', async () => {
    const fleet = await startFleet(large);
    const { ctx, clock } = fleet.context;
    await fleet.sweepAfter(0);
    const watermark = await ctx.store.leases.findCheckpoint('change-feed');
    clock.advance(1);
    await fleet.complete(first);
    const nudging = vi
      .spyOn(ctx.queue, 'nudgeTrainingChecks')
      .mockRejectedValue(new QueueUnavailableError('Redis is unavailable'));
    await expect(fleet.sweepAfter(1)).rejects.toThrow('Redis is unavailable');
    expect(await ctx.store.leases.findCheckpoint('change-feed')).toBe(watermark);
    nudging.mockRestore();
    await fleet.sweepAfter(1);
    expect(await fleet.job(first)).toEqual(due);
    expect(await ctx.store.leases.findCheckpoint('change-feed')).toBeGreaterThan(watermark ?? 0);
  });

  it('repeats a nudge that an emptied Redis has lost', async () => {
    const fleet = await startFleet(large);
    const { ctx } = fleet.context;
    await fleet.sweepAfter(0);
    await fleet.complete(first);
    await fleet.sweepAfter(1);
    await ctx.queue.queues[0]?.obliterate({ force: true });
    expect(await fleet.job(first)).toBeNull();
    await fleet.sweepAfter(1);
    expect(await fleet.job(first)).toEqual(due);
  });

  it('finds what the index has late', async () => {
    const fleet = await startFleet(large);
    const { simulator } = fleet.context;
    await fleet.sweepAfter(0);
    simulator.changeSettings({ searchIndex: { ...index, lateMs: 120_000, delays: [first] } });
    await fleet.complete(first);
    // The others continue, and the watermark with them.
    await fleet.complete(fleetName(2));
    await fleet.sweepAfter(1);
    expect([await fleet.job(fleetName(2)), (await fleet.job(first))?.state]).toEqual([due, 'delayed']);
    await fleet.sweepAfter(1.1);
    expect(await fleet.job(first)).toEqual(due);
  });

  it('continues after a sweep that was cut short where that one stopped, and then reads the overlap again', async () => {
    const fleet = await startFleet(large);
    const { ctx, clock } = fleet.context;
    await fleet.sweepAfter(0);
    const { sagemaker } = ctx;
    const sinces: number[] = [];
    let lastModifiedAt = 0;
    ctx.sagemaker = {
      ...sagemaker,
      async searchTrainingJobs(query, options) {
        const page = await sagemaker.searchTrainingJobs(query, options);
        if (query.changed !== 'last') sinces.push(query.changed.since);
        if (sinces.length > 1) return page;
        // The interval is over before the next page is read.
        clock.advance(60);
        lastModifiedAt = page.jobs.at(-1)?.modifiedAt ?? 0;
        return { ...page, nextToken: 'more' };
      },
    };
    for (let count = 0; count < 3; count += 1) await fleet.sweepAfter(1);
    expect(lastModifiedAt).toBeGreaterThan(sinces[0] ?? 0);
    expect(sinces.slice(1)).toEqual([lastModifiedAt, sinces[0]]);
    expect(await fleet.mode()).toBe('search');
  });

  it('is not needed for a small fleet, of which each check describes', async () => {
    const fleet = await startFleet(2);
    await fleet.sweepAfter(0);
    await relistTrainings(fleet.context.ctx);
    const result = await fleet.check(first, fleet.context.clock.now);
    expect(result).toMatchObject({ kind: 'snooze', delayMs: expect.any(Number) });
    expect(result.kind === 'snooze' && result.delayMs).toBeGreaterThan(50_000);
    expect([fleet.calls('Search'), fleet.calls('ListTrainingJobs'), fleet.calls('DescribeTrainingJob')]).toEqual([0, 0, 1]);
    expect(await fleet.mode()).toBe('small');
  });

  it('does nothing with CHANGE_FEED=off: each check describes', async () => {
    const fleet = await startFleet(large, { changed: { changeFeed: 'off' } });
    const { clock, ctx } = fleet.context;
    const result = await fleet.check(first, clock.now);
    expect(result).not.toHaveProperty('describedAt');
    expect(fleet.calls('DescribeTrainingJob')).toBe(1);
    expect(await readFeedStatus(ctx)).toMatchObject({ mode: 'off' });
  });
});

describe('a feed that cannot be relied on', () => {
  it('is described around at once where Search is denied, logged once, and used again later', async () => {
    const fleet = await startFleet(large);
    const { ctx, clock, simulator, lines } = fleet.context;
    await fleet.sweepAfter(0);
    simulator.addFault(denied);
    await fleet.sweepAfter(1);
    await fleet.sweepAfter(1);
    expect(await fleet.mode()).toBe('describe');
    // Those of a batch do so one after the other.
    const apart = await fleet.check(first, clock.now - 1, true);
    expect(apart).toMatchObject({ kind: 'snooze', batchMs: 0, describedAt: clock.now - 1 });
    expect(apart.kind === 'snooze' && apart.delayMs).toBeLessThanOrEqual(5_000);
    expect(fleet.calls('DescribeTrainingJob')).toBe(0);
    const result = await fleet.check(first, clock.now - 1);
    expect(fleet.calls('DescribeTrainingJob')).toBe(1);
    expect(result).toMatchObject({ kind: 'snooze', batchMs: 0 });
    expect(result.kind === 'snooze' && result.delayMs).toBeLessThanOrEqual(60_000);
    expect(linesOf(lines, 'feed.failed')).toEqual([`warn access_denied: ${denied.message}`]);
    expect((await readFeedStatus(ctx)).problems).toMatchObject([{ name: 'search', reason: expect.stringContaining('denied') }]);

    simulator.clearFaults();
    await fleet.sweepAfter(1);
    expect(await fleet.mode()).toBe('search');
    expect(linesOf(lines, 'feed.recovered')).toEqual(['info']);
    expect(await readFeedStatus(ctx)).toMatchObject({ mode: 'search', problems: [] });
    // What changed in between, no sweep has seen.
    await fleet.check(first, clock.now - 1);
    expect(fleet.calls('DescribeTrainingJob')).toBe(2);
  });

  it('is described around when throttling lasts, and not for one throttle', async () => {
    const fleet = await startFleet(large);
    const { simulator, lines } = fleet.context;
    await fleet.sweepAfter(0);
    simulator.addFault({ kind: 'throttle', match: { operation: 'Search' }, times: 3 });
    await fleet.sweepAfter(1);
    expect([await fleet.mode(), linesOf(lines, 'feed.failed')]).toEqual(['search', []]);
    await fleet.sweepAfter(1);
    await fleet.sweepAfter(1);
    expect(await fleet.mode()).toBe('describe');
    expect(linesOf(lines, 'feed.failed')).toHaveLength(1);
    await fleet.sweepAfter(1);
    expect(await fleet.mode()).toBe('search');
  });

  it.each([
    ['from the start', 0],
    ['from some time on', 1],
  ])('is not taken for fresh while Search returns nothing %s', async (_when, sweepsBefore) => {
    const fleet = await startFleet(large);
    const { simulator, lines } = fleet.context;
    for (let count = 0; count < sweepsBefore; count += 1) await fleet.sweepAfter(1);
    simulator.changeSettings({ searchIndex: { ...index, loses: ['fleet'] } });
    for (let count = 0; count < 3; count += 1) {
      await fleet.sweepAfter(1);
      expect(await fleet.mode()).toBe('describe');
    }
    expect(linesOf(lines, 'feed.failed').length).toBeLessThanOrEqual(1 + sweepsBefore);
    simulator.changeSettings({ searchIndex: index });
    await fleet.sweepAfter(1);
    expect(await fleet.mode()).toBe('search');
  });

  it('is not taken for fresh where SageMaker does not know Search', async () => {
    const fleet = await startFleet(large);
    const { simulator, lines } = fleet.context;
    simulator.addFault({ ...denied, code: 'UnknownOperationException', message: '' });
    await fleet.sweepAfter(1);
    expect([await fleet.mode(), linesOf(lines, 'feed.failed').length]).toEqual(['describe', 1]);
  });
});

describe('relistTrainings', () => {
  it('wakes the checks of what the index lost, and of what the list does not have', async () => {
    const fleet = await startFleet(large);
    const { ctx, clock, simulator, lines } = fleet.context;
    await fleet.sweepAfter(0);
    await recordRun({ ctx, clock }, 'not-listed');
    simulator.changeSettings({ searchIndex: { ...index, loses: [first] } });
    await fleet.complete(first);
    for (let count = 0; count < 4; count += 1) await fleet.sweepAfter(1);
    expect(await fleet.job(first)).toMatchObject({ state: 'delayed' });
    await relistTrainings(ctx);
    expect(await fleet.job(first)).toEqual(due);
    // Among others at a time of its own.
    expect(await fleet.job('not-listed')).toMatchObject({ describedAt: null });
    expect((await fleet.job(fleetName(2)))?.describedAt).not.toBeNull();
    expect(await readFeedStatus(ctx)).toMatchObject({ found: { list: 1 }, relistedAt: clock.now });
    expect(linesOf(lines, 'feed.changes_missed')).toEqual(['warn']);
    const walked = fleet.calls('ListTrainingJobs');
    clock.advance(11 * 60);
    await relistTrainings(ctx);
    expect(fleet.calls('ListTrainingJobs')).toBe(walked);
  });

  it('ends the trust in an index that shows no ends, until it shows one', async () => {
    const fleet = await startFleet(large);
    const { ctx, simulator } = fleet.context;
    await fleet.sweepAfter(0);
    const lost = [1, 2, 3].map((number) => fleetName(number));
    simulator.changeSettings({ searchIndex: { ...index, loses: lost } });
    for (const name of lost) await fleet.complete(name);
    for (let count = 0; count < 4; count += 1) await fleet.sweepAfter(1);
    expect(await fleet.mode()).toBe('search');
    await relistTrainings(ctx);
    expect(await fleet.mode()).toBe('describe');
    await fleet.sweepAfter(1);
    expect(await fleet.mode()).toBe('describe');
    expect((await readFeedStatus(ctx)).problems).toMatchObject([{ name: 'search', reason: expect.stringContaining('ended') }]);
    await fleet.complete(fleetName(4));
    await fleet.sweepAfter(1);
    expect(await fleet.mode()).toBe('search');
  });

  it('counts what the index lost by how the sweeps are when a page is read, not when the walk began', async () => {
    const fleet = await startFleet(large);
    const { ctx, simulator } = fleet.context;
    await fleet.sweepAfter(0);
    const lost = [1, 2, 3].map((number) => fleetName(number));
    simulator.changeSettings({ searchIndex: { ...index, loses: lost } });
    for (const name of lost) await fleet.complete(name);
    for (let count = 0; count < 4; count += 1) await fleet.sweepAfter(1);
    const { sagemaker } = ctx;
    /** A page that is throttled for three intervals, while sweeps continue. */
    const listTrainingJobs: typeof sagemaker.listTrainingJobs = async (...params) => {
      const page = await sagemaker.listTrainingJobs(...params);
      for (let count = 0; count < 3; count += 1) await fleet.sweepAfter(1);
      return page;
    };
    await relistTrainings({ ...ctx, sagemaker: { ...sagemaker, listTrainingJobs } });
    expect(await readFeedStatus(ctx)).toMatchObject({ found: { list: 3 } });
    expect(await fleet.mode()).toBe('describe');
  });

  it('goes back to the oldest training in progress, and no further', async () => {
    const fleet = await startFleet(large);
    const { ctx, clock } = fleet.context;
    await fleet.sweepAfter(0);
    let calls = 0;
    const listTrainingJobs: typeof ctx.sagemaker.listTrainingJobs = async (...params) => {
      calls += 1;
      const page = await ctx.sagemaker.listTrainingJobs(...params);
      const jobs = page.jobs.slice(0, 1).map((job) => ({ ...job, name: 'foreign', createdAt: clock.now - 3_600_000 }));
      return { ...page, jobs, nextToken: calls < 2 ? 'more' : null };
    };
    await relistTrainings({ ...ctx, sagemaker: { ...ctx.sagemaker, listTrainingJobs } });
    expect(calls).toBe(1);
  });

  it('counts nothing as lost while sweeps are not relied on', async () => {
    const fleet = await startFleet(large);
    const { ctx, clock } = fleet.context;
    await fleet.sweepAfter(0);
    for (const number of [1, 2, 3]) await fleet.complete(fleetName(number));
    clock.advance(4 * 60);
    expect(await fleet.mode()).toBe('describe');
    await relistTrainings(ctx);
    expect(await fleet.job(first)).toEqual(due);
    expect(await readFeedStatus(ctx)).toMatchObject({ found: { list: 0 } });
  });

  it('reports a list that is denied, and has what it would have covered described', async () => {
    const fleet = await startFleet(large);
    const { ctx, clock, simulator, lines } = fleet.context;
    await fleet.sweepAfter(0);
    simulator.addFault({ ...denied, match: { operation: 'ListTrainingJobs' } });
    const describedAt = clock.now + 1;
    for (let count = 0; count < 13; count += 1) {
      await fleet.sweepAfter(1);
      await relistTrainings(ctx);
    }
    expect(linesOf(lines, 'feed.list_failed')).toHaveLength(1);
    expect(await fleet.mode()).toBe('search');
    await fleet.check(first, describedAt);
    expect(fleet.calls('DescribeTrainingJob')).toBe(1);
  });
});
