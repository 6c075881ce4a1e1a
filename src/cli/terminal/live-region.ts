import type { TextOutput } from '../cli.ts';
import { displayWidth } from './text.ts';

const escape = '\u001b[';
/** A terminal that knows it shows all of a frame at once; another one ignores it. */
const beginFrame = `${escape}?2026h`;
const endFrame = `${escape}?2026l`;

/**
 * The last lines of a terminal, redrawn in place. The cursor stays visible, below them, so that nothing has to be restored when the program
 * is killed. A frame that has not changed is not written again.
 */
export class LiveRegion {
  readonly #output: TextOutput;
  #shown: readonly string[] = [];

  constructor(output: TextOutput) {
    this.#output = output;
  }

  get width(): number {
    return this.#output.columns !== undefined && this.#output.columns > 0 ? this.#output.columns : 80;
  }

  /** How many lines fit, with one for the cursor. */
  get height(): number {
    return this.#output.rows !== undefined && this.#output.rows > 1 ? this.#output.rows - 1 : 23;
  }

  /** No line may be wider than the terminal. */
  draw(lines: readonly string[]): void {
    if (lines.length === this.#shown.length && lines.every((line, index) => line === this.#shown[index])) return;
    const rows = this.#rowsShown();
    const up = rows === 0 ? '' : `\r${escape}${rows}A`;
    const text = lines.map((line) => `${line}${escape}K\n`).join('');
    this.#output.write(`${beginFrame}${up}${text}${escape}J${endFrame}`);
    this.#shown = lines;
  }

  /** A terminal that has become narrower has broken the lines into several rows: it reflows what it shows. */
  #rowsShown(): number {
    return this.#shown.reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / this.width)), 0);
  }
}
