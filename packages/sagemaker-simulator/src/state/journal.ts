import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * A file of JSON lines, one for each change, written before the response: a killed process loses no change that a client knows of.
 * (A power failure may, as there is no fsync.)
 */
export class Journal<Line> {
  readonly #file: number;

  private constructor(file: number) {
    this.#file = file;
  }

  /**
   * Replays an existing file, replaces it with the lines of `compacted`, and appends to these.
   * @throws when a line other than the last is no JSON; the last one may be torn by a kill.
   */
  static open<Line>(path: string, replay: (line: Line) => void, compacted: () => Iterable<Line>): Journal<Line> {
    mkdirSync(dirname(path), { recursive: true });
    if (existsSync(path)) replayLines(path, replay);
    const text = Array.from(compacted(), (line) => `${JSON.stringify(line)}\n`).join('');
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
    return new Journal(openSync(path, 'a'));
  }

  append(line: Line): void {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    let written = 0;
    while (written < bytes.length) written += writeSync(this.#file, bytes, written);
  }

  clear(): void {
    ftruncateSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }
}

function replayLines<Line>(path: string, replay: (line: Line) => void): void {
  const lines = readFileSync(path, 'utf8').split('\n');
  const lastIndex = lines.length - 1;
  for (const [index, text] of lines.entries()) {
    if (text === '') continue;
    let line: Line;
    try {
      line = JSON.parse(text) as Line;
    } catch (error) {
      if (index === lastIndex) return;
      throw new Error(`${path}, line ${index + 1}: not JSON`, { cause: error });
    }
    replay(line);
  }
}
