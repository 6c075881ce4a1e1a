/** A cell of a terminal. */
export interface Cell {
  character: string;
  /** The numbers of SGR that are in force, such as 1 and 32. */
  style: readonly number[];
}

interface Row {
  cells: Cell[];
  /** It continues the row before, which was full. */
  continues: boolean;
}

const blank: Cell = { character: ' ', style: [] };

/**
 * What a terminal shows of an output: text, cursor movements, erasing and colors, and as current terminals do it, rows that were too long
 * are broken again when the width changes. Every character is one column wide.
 */
export class Screen {
  #columns: number;
  #height: number;
  #rows: Row[] = [{ cells: [], continues: false }];
  #row = 0;
  #column = 0;
  #style: number[] = [];
  #rest = '';

  constructor(columns: number, height: number) {
    this.#columns = columns;
    this.#height = height;
  }

  /** A copy of all rows with what has been scrolled away, without empty ones at the end. */
  get cells(): readonly (readonly Cell[])[] {
    const last = this.#rows.findLastIndex(({ cells }) => cells.some(({ character }) => character !== ' '));
    return this.#rows.slice(0, last + 1).map(({ cells }) => [...cells]);
  }

  get lines(): string[] {
    return this.cells.map((cells) =>
      cells
        .map(({ character }) => character)
        .join('')
        .trimEnd(),
    );
  }

  get text(): string {
    return this.lines.join('\n');
  }

  write(output: string): void {
    // oxlint-disable-next-line no-control-regex
    const tokens = (this.#rest + output).match(/\u001b\[[?\d;]*[A-Za-z]|\u001b\[?[?\d;]*$|[\s\S]/gu) ?? [];
    this.#rest = '';
    for (const token of tokens) {
      if (token.startsWith('\u001b')) this.#control(token);
      else this.#put(token);
    }
  }

  resize(columns: number, height = this.#height): void {
    const lines: { cells: Cell[]; cursor: number | null }[] = [];
    this.#rows.forEach(({ cells, continues }, index) => {
      const line = continues ? lines.at(-1) : undefined;
      const cursor = index === this.#row ? (line?.cells.length ?? 0) + this.#column : null;
      if (line === undefined) lines.push({ cells: [...cells], cursor });
      else {
        line.cells.push(...cells);
        line.cursor ??= cursor;
      }
    });
    this.#columns = columns;
    this.#height = height;
    this.#rows = [];
    for (const { cells, cursor } of lines) {
      const start = this.#rows.length;
      const pieces = Math.max(1, Math.ceil(cells.length / columns));
      for (let piece = 0; piece < pieces; piece += 1)
        this.#rows.push({ cells: cells.slice(piece * columns, (piece + 1) * columns), continues: piece > 0 });
      if (cursor === null) continue;
      this.#row = start + Math.min(pieces - 1, Math.floor(cursor / columns));
      this.#column = cursor - (this.#row - start) * columns;
    }
  }

  #control(sequence: string): void {
    // oxlint-disable-next-line no-control-regex
    const [, mark = '', numbers = '', command] = /^\u001b\[(\??)([\d;]*)([A-Za-z])$/u.exec(sequence) ?? [];
    if (command === undefined) {
      this.#rest = sequence;
      return;
    }
    const count = Number(numbers.split(';')[0] || 1);
    const row = this.#current();
    // Modes change nothing that is shown here.
    if (mark !== '') return;
    if (command === 'A') this.#row = Math.max(this.#rows.length - this.#height, 0, this.#row - count);
    else if (command === 'G') this.#column = count - 1;
    else if (command === 'K') row.cells.length = Math.min(row.cells.length, numbers === '2' ? 0 : this.#column);
    else if (command === 'J') {
      row.cells.length = Math.min(row.cells.length, this.#column);
      this.#rows.length = this.#row + 1;
    } else if (command === 'm') this.#setStyle(numbers.split(';').map(Number));
    else throw new Error(`the screen does not know ${JSON.stringify(sequence)}`);
  }

  #setStyle(numbers: readonly number[]): void {
    for (const number of numbers) {
      if (number === 0) this.#style = [];
      else if (number === 39) this.#style = this.#style.filter((one) => one < 30 || one > 37);
      else if (number === 22) this.#style = this.#style.filter((one) => one > 2);
      else this.#style = [...this.#style, number];
    }
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') {
      this.#row += 1;
      if (this.#row === this.#rows.length) this.#rows.push({ cells: [], continues: false });
      else this.#current().continues = false;
    } else if (character === '\b') this.#column = Math.max(0, this.#column - 1);
    else if (character >= ' ') {
      if (this.#column >= this.#columns) {
        this.#row += 1;
        this.#column = 0;
        if (this.#row === this.#rows.length) this.#rows.push({ cells: [], continues: true });
        else this.#rows[this.#row] = { cells: this.#current().cells, continues: true };
      }
      const { cells } = this.#current();
      while (cells.length < this.#column) cells.push(blank);
      cells[this.#column] = { character, style: this.#style };
      this.#column += 1;
    }
  }

  #current(): Row {
    const row = this.#rows[this.#row];
    if (row === undefined) throw new Error('the cursor is below the screen');
    return row;
  }
}
