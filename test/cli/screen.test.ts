import { describe, expect, it } from 'vitest';
import { LiveRegion } from '../../src/cli/terminal/live-region.ts';
import { Screen } from '../../tools/testkit/screen.ts';

/** A region on a screen, whose terminal can be resized. */
function onScreen(columns: number, rows: number) {
  const screen = new Screen(columns, rows);
  const output = { columns, rows, write: (text: string): void => screen.write(text.replaceAll('\n', '\r\n')) };
  const resize = (to: number): void => {
    screen.resize(to, rows);
    output.columns = to;
  };
  return { screen, region: new LiveRegion(output), resize, written: output };
}

describe('LiveRegion', () => {
  it('replaces its lines, and leaves what is above', () => {
    const { screen, region } = onScreen(20, 5);
    screen.write('before\r\n');
    region.draw(['one', 'two', 'three']);
    region.draw(['1', '2']);
    expect(screen.lines).toEqual(['before', '1', '2']);
  });

  it('replaces lines that a narrower terminal has broken', () => {
    const { screen, region, resize } = onScreen(20, 10);
    screen.write('before\r\n');
    region.draw(['0123456789abcdef', 'short']);
    resize(7);
    expect(screen.lines).toEqual(['before', '0123456', '789abcd', 'ef', 'short']);
    region.draw(['new', 'lines']);
    expect(screen.lines).toEqual(['before', 'new', 'lines']);
    resize(20);
    region.draw(['wide once more', 'x']);
    expect(screen.lines).toEqual(['before', 'wide once more', 'x']);
  });

  it('writes nothing for a frame that has not changed', () => {
    const texts: string[] = [];
    const region = new LiveRegion({ write: (text) => void texts.push(text) });
    region.draw(['a']);
    region.draw(['a']);
    expect(texts).toHaveLength(1);
  });

  it('gives out its cells as they are, whatever is written later', () => {
    const screen = new Screen(20, 10);
    screen.write('$ auto');
    const { cells } = screen;
    screen.write('deploy');
    expect(cells[0]).toHaveLength('$ auto'.length);
  });
});
