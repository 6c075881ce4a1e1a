import type { FieldIssue } from '../problems/api-error.ts';

type Frame = { kind: 'object'; keys: Set<string>; key: string; awaitsKey: boolean } | { kind: 'array'; index: number };

const token = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|[{}[\],]/g;
const maxIssues = 20;
/** Every decimal number of this many digits is kept (DBL_DIG of IEEE 754's doubles). */
const keptDigits = 15;

/**
 * Finds what `JSON.parse` accepts and changes: a key that is given twice (the last one wins), a number that loses digits, half of a
 * surrogate pair, a `__proto__` (which zod drops); and U+0000, which PostgreSQL stores in no text
 * (docs/reference/postgresql-behavior.md#text-has-no-u0000). Each with its path, 20 at most.
 *
 * @param text JSON that has been parsed already. With `onlyKeys` values may be anything. `takesText`: whether the field of that path takes
 *   a number also as a string.
 */
export function strictJsonIssues(
  text: string,
  { onlyKeys = false, takesText = () => false }: { onlyKeys?: boolean; takesText?: (field: string) => boolean } = {},
): FieldIssue[] {
  const issues: FieldIssue[] = [];
  const frames: Frame[] = [];
  const report = (detail: string): void => void issues.push({ field: pathOf(frames), detail });
  for (const [part] of text.matchAll(token)) {
    if (issues.length === maxIssues) break;
    const top = frames.at(-1);
    switch (part[0]) {
      case '{':
        frames.push({ kind: 'object', keys: new Set(), key: '', awaitsKey: true });
        break;
      case '[':
        frames.push({ kind: 'array', index: 0 });
        break;
      case '}':
      case ']':
        frames.pop();
        break;
      case ',':
        if (top?.kind === 'object') top.awaitsKey = true;
        else if (top !== undefined) top.index += 1;
        break;
      case '"': {
        const content = JSON.parse(part) as string;
        const isKey = top?.kind === 'object' && top.awaitsKey;
        if (isKey) {
          top.key = content;
          top.awaitsKey = false;
          if (top.keys.has(content)) report('is given twice');
          else if (content === '__proto__') report('is not a known field');
          top.keys.add(content);
        }
        if (onlyKeys && !isKey) break;
        if (content.includes('\0')) report('holds the character U+0000, which cannot be stored');
        else if (!onlyKeys && !content.isWellFormed()) report('holds half of a surrogate pair, which is no character');
        break;
      }
      default:
        if (!onlyKeys && !keepsDigits(part)) {
          const advice = takesText(pathOf(frames)) ? 'send it as a string' : `write at most ${keptDigits} digits`;
          report(`has more digits than a number keeps exactly; ${advice}`);
        }
    }
  }
  return issues;
}

/** `a.b[0].c`; `body` at the top. */
const pathOf = (frames: readonly Frame[]): string =>
  frames
    .flatMap((frame) => (frame.kind === 'array' ? [`[${frame.index}]`] : frame.awaitsKey ? [] : [`.${frame.key}`]))
    .join('')
    .replace(/^\./, '') || 'body';

/** Whether the number that JSON.parse returns is written with the same digits. */
function keepsDigits(literal: string): boolean {
  const value = Number(literal);
  return Number.isFinite(value) && digitsOf(literal) === digitsOf(String(value));
}

/** One form for all ways to write a decimal number: its digits without zeros at either end, and the power of ten of the last one. */
function digitsOf(literal: string): string {
  const [, sign = '', integer = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? [];
  const digits = `${integer}${fraction}`.replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  return kept === '' ? '0' : `${sign}${kept}e${Number(exponent) - fraction.length + digits.length - kept.length}`;
}
