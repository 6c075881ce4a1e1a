import { describe, expect, it, onTestFinished } from 'vitest';
import { StoreUnavailableError } from '../../src/core/errors.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { databaseClock } from '../../src/services/system/database-clock.ts';
import { eventually } from '../../tools/testkit/eventually.ts';

const start = 1_800_000_000_000;

/** A database and a host, each with a clock that the test moves. */
function hostWithDatabase({ aheadMs = 0, roundTripMs = 4 } = {}) {
  const state = { elapsedMs: 0, aheadMs, roundTripMs, databaseAheadMs: 0, isAway: false, reads: 0 };
  const lines: string[] = [];
  const log = createLogger({ logLevel: 'debug', secrets: [] }, 'worker', { write: (line: string) => lines.push(line) });
  const databaseNow = (): number => start + state.elapsedMs + state.databaseAheadMs;
  const clock = databaseClock({
    store: {
      async now() {
        state.reads += 1;
        if (state.isAway) throw new StoreUnavailableError('away');
        state.elapsedMs += state.roundTripMs / 2;
        const at = Math.floor(databaseNow());
        state.elapsedMs += state.roundTripMs / 2;
        return at;
      },
    },
    log,
    hostNow: () => start + state.elapsedMs + state.aheadMs,
    monotonicNow: () => 77 + state.elapsedMs,
    times: { measureEveryMs: 10, retryMs: 10 },
  });
  onTestFinished(() => clock.stop());
  const events = (): unknown[] =>
    lines.map((line) => (JSON.parse(line) as { event: string }).event).filter((event) => event !== 'clock.not_read');
  return { clock, state, events, databaseNow };
}

describe('databaseClock', () => {
  it.each([0, 120_000, -120_000])('shows the clock of the database on a host that is %i ms ahead', async (aheadMs) => {
    const { clock, state, databaseNow } = hostWithDatabase({ aheadMs });
    await clock.start();
    expect(Math.abs(clock.now() - databaseNow())).toBeLessThanOrEqual(10);
    state.elapsedMs += 20_000;
    expect(Math.abs(clock.now() - databaseNow())).toBeLessThanOrEqual(10);
    expect(clock.skewMs()).toBeCloseTo(aheadMs, -1);
  });

  it('is unknown until the database responds, and reads it again until it does', async () => {
    const { clock, state, databaseNow } = hostWithDatabase({ aheadMs: 5000 });
    state.isAway = true;
    await clock.start();
    expect(clock.isKnown()).toBe(false);
    expect(clock.skewMs()).toBeNull();
    state.isAway = false;
    await eventually(() => clock.isKnown());
    expect(Math.abs(clock.now() - databaseNow())).toBeLessThanOrEqual(10);
  });

  it('does not follow a host clock that is set, and measures at once how far it is off', async () => {
    const { clock, state, databaseNow, events } = hostWithDatabase();
    await clock.start();
    state.aheadMs = 2000;
    expect(Math.abs(clock.now() - databaseNow())).toBeLessThanOrEqual(10);
    await eventually(
      () => clock.skewMs() ?? 0,
      (skewMs) => skewMs > 1900,
    );
    expect(events()).toEqual(['clock.skewed']);
    state.aheadMs = 0;
    await eventually(
      () => clock.skewMs() ?? 5000,
      (skewMs) => skewMs < 100,
    );
    expect(events()).toEqual(['clock.skewed', 'clock.corrected']);
  });

  it('follows the database after the host was suspended, for which the monotonic clock stood still', async () => {
    const { clock, state, databaseNow } = hostWithDatabase();
    await clock.start();
    state.databaseAheadMs += 3_600_000;
    state.aheadMs += 3_600_000;
    clock.now();
    await eventually(
      () => Math.abs(clock.now() - databaseNow()),
      (offMs) => offMs <= 3,
    );
    expect(clock.problem()).toBeNull();
  });

  it('stands still instead of going back a little, and goes back with the database', async () => {
    const { clock, state, databaseNow } = hostWithDatabase({ roundTripMs: 0 });
    await clock.start();
    const before = clock.now();
    state.databaseAheadMs -= 500;
    await eventually(
      () => clock.skewMs() ?? 0,
      (skewMs) => skewMs > 400,
    );
    expect(clock.now()).toBe(before);
    state.elapsedMs += 600;
    expect(clock.now()).toBe(before + 100);
    state.databaseAheadMs -= 60_000;
    await eventually(
      () => Math.abs(clock.now() - databaseNow()),
      (offMs) => offMs <= 3,
    );
    expect(clock.now()).toBeLessThan(before);
  });

  it('has a problem while the host is more than 30 s off, and says when that begins and ends', async () => {
    const { clock, state, events } = hostWithDatabase({ aheadMs: 120_000 });
    let problems: (string | null)[] = [];
    await clock.start();
    clock.watchProblem(() => problems.push(clock.problem()));
    expect(problems).toEqual(["the clock of its host is 120.0 s ahead of the database's"]);
    problems = [];
    state.aheadMs = 0;
    await eventually(() => problems.length);
    expect(problems).toEqual([null]);
    expect(events()).toEqual(['clock.unusable', 'clock.corrected']);
  });

  it('keeps what it knows while the database is unavailable', async () => {
    const { clock, state, databaseNow } = hostWithDatabase({ aheadMs: 40_000 });
    await clock.start();
    state.isAway = true;
    const { reads } = state;
    await eventually(() => state.reads > reads + 3);
    expect(Math.abs(clock.now() - databaseNow())).toBeLessThanOrEqual(10);
    expect(clock.problem()).toMatch(/^the clock of its host is 40\.0 s ahead/);
  });
});
