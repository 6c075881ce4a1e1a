import { describe, expect, it } from 'vitest';
import { createViewOf } from './views.ts';
import { renderWatch } from '../../src/cli/watch/render-watch.ts';
import { expectedTrainingMs, trainingFraction } from '../../src/cli/watch/training-progress.ts';
import { styleOf } from '../../src/cli/terminal/style.ts';
import { displayWidth } from '../../src/cli/terminal/text.ts';

const plain = styleOf({ write: () => {} }, { LANG: 'C' });
const colored = styleOf({ write: () => {}, isTTY: true }, { LANG: 'C.UTF-8' });

describe('renderWatch', () => {
  it('shows the bar, the phases and what follows', () => {
    expect(
      renderWatch(
        createViewOf({ status: 'training', phase: 'Training', elapsedMs: 10_000, expectedMs: 20_000 }),
        { width: 80, height: 24 },
        plain,
      ),
    ).toEqual([
      'nightly-43 -> ml-endpoint',
      'Training    50 %  10s, about 10s left',
      '            #########################-------------------------',
      '            + Starting   + Downloading   * Training   . Uploading',
      'Deployment  follows',
    ]);
  });

  it.each([20, 21, 40, 59, 60, 80, 200])('has no line wider than %i columns', (width) => {
    for (const style of [plain, colored])
      for (const status of ['training', 'completed', 'failed'] as const)
        for (const line of renderWatch(
          createViewOf({ status, reason: `a long reason ${'x'.repeat(90)} with 漢字 and more words` }),
          { width, height: 50 },
          style,
        ))
          expect(displayWidth(line), line).toBeLessThan(width);
  });

  it('shows no more lines than there are rows, and of those the last', () => {
    const view = createViewOf({ status: 'failed', reason: 'it broke' });
    const all = renderWatch(view, { width: 30, height: 50 }, plain);
    expect(renderWatch(view, { width: 30, height: 3 }, plain)).toEqual(all.slice(-3));
  });

  it('runs no control characters of a failure reason', () => {
    const lines = renderWatch(
      createViewOf({ status: 'failed', reason: 'red \u001b[31m\u0007 text' }),
      { width: 80, height: 24 },
      plain,
    );
    for (const character of ['\u0007', '\u001b']) expect(lines.join('\n')).not.toContain(character);
  });
});

describe('trainingFraction', () => {
  it('never shrinks while time passes, and never reaches the end', () => {
    let before = 0;
    for (let elapsedMs = 0; elapsedMs < 100_000; elapsedMs += 500) {
      const fraction = trainingFraction({ phase: 'Training', elapsedMs, expectedMs: 20_000 });
      expect(fraction).toBeGreaterThanOrEqual(before);
      expect(fraction).toBeLessThan(1);
      before = fraction;
    }
  });

  it('goes by the phase alone without former trainings', () => {
    const of = (phase: 'Starting' | 'Training' | 'Uploading' | null): number =>
      trainingFraction({ phase, elapsedMs: 1e9, expectedMs: null });
    expect([of(null), of('Starting'), of('Training'), of('Uploading')]).toEqual([0, 0.05, 0.5, 0.9]);
  });
});

it('expectedTrainingMs is the median of former trainings that completed', () => {
  const took = (seconds: number, status: 'completed' | 'failed' = 'completed') => ({
    status,
    created_at: '2026-11-26T10:00:00.000Z',
    finished_at: new Date(Date.parse('2026-11-26T10:00:00Z') + seconds * 1000).toISOString(),
  });
  expect(expectedTrainingMs([took(10), took(1000), took(20), took(1, 'failed')])).toBe(20_000);
  expect(expectedTrainingMs([])).toBeNull();
});
