import { describe, expect, it } from 'vitest';
import { type Colors, darkColors, lightColors, markPairs, textPairs } from '../../src/console/theme/colors.ts';

/** WCAG 2.2, "relative luminance". */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const tooLow = (colors: Colors, pairs: typeof textPairs, least: number): string[] =>
  pairs.flatMap(([text, ground]) => {
    const found = contrast(colors[text], colors[ground]);
    return found < least ? [`${text} on ${ground}: ${found.toFixed(2)}`] : [];
  });

describe.each([
  ['light', lightColors],
  ['dark', darkColors],
] as const)('the %s theme', (_, colors) => {
  it('has texts with a contrast of 4.5 at least (WCAG 1.4.3, AA)', () => {
    expect(tooLow(colors, textPairs, 4.5)).toEqual([]);
  });

  it('has marks and edges with a contrast of 3 at least (WCAG 1.4.11)', () => {
    expect(tooLow(colors, markPairs, 3)).toEqual([]);
  });
});

it('contrast is that of WCAG', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});
