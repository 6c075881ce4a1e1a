import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../src/core/errors.ts';
import type { RunProgress } from '../../src/ports/store.ts';
import { createProgressReader } from '../../src/services/training/read-progress.ts';
import { startTestContext } from './harness.ts';

/** The reader over a real store whose reads the test holds up; with the names of each read. */
async function heldUp() {
  const { ctx, start } = await startTestContext();
  const reads: string[][] = [];
  let gate: PromiseWithResolvers<void> | null = null;
  const findProgress = async (names: readonly string[]): Promise<RunProgress[]> => {
    reads.push([...names]);
    await gate?.promise;
    return ctx.store.runs.findProgress(names);
  };
  const read = createProgressReader({ store: { ...ctx.store, runs: { ...ctx.store.runs, findProgress } } });
  const hold = () => (gate = Promise.withResolvers<void>());
  return { read, reads, start, hold };
}

describe('createProgressReader', () => {
  it('reads soon, and once for all that ask while a read is on its way', async () => {
    const { read, reads, start, hold } = await heldUp();
    const [first, second] = [await start(), await start()];
    const held = hold();
    const reading = [read(first)];
    await expect.poll(() => reads).toEqual([[first]]);
    reading.push(read(second), read(first), read('unknown'));
    held.resolve();
    const found = await Promise.all(reading);
    expect(found.map((run) => run?.trainingJobName)).toEqual([first, second, first, undefined]);
    expect(reads).toEqual([[first], [second, first, 'unknown']]);
    expect(await read(second)).toMatchObject({ trainingJobName: second, status: 'training' });
    expect(reads).toHaveLength(3);
  });

  it('finds a run in whatever case its name is written', async () => {
    const { read, start } = await heldUp();
    const name = await start();
    expect(await read(name.toUpperCase())).toMatchObject({ trainingJobName: name });
  });

  it('reads 100 names at once at most', async () => {
    const { read, reads } = await heldUp();
    await Promise.all(Array.from({ length: 250 }, (_, index) => read(`unknown-${index}`)));
    expect(reads.map((names) => names.length)).toEqual([100, 100, 50]);
  });

  it('fails with the read that all wait for, and reads again for the next one', async () => {
    const { read, reads, start, hold } = await heldUp();
    const name = await start();
    const held = hold();
    const reading = [read(name)];
    await expect.poll(() => reads).toHaveLength(1);
    reading.push(read(name));
    held.reject(new StoreUnavailableError('The database takes nothing now.'));
    const outcomes = await Promise.allSettled(reading);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    hold().resolve();
    expect(await read(name)).toMatchObject({ trainingJobName: name });
    expect(reads).toHaveLength(2);
  });
});
