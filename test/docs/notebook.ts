import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Runs cells in one interpreter, as a notebook's kernel does; a line of JSON for each. */
const kernel = `
import contextlib, io, json, sys, traceback
names = {"__name__": "__main__"}
for line in sys.stdin:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            exec(compile(json.loads(line), "cell", "exec"), names)
            error = None
        except BaseException:
            error = traceback.format_exc()
    print(json.dumps({"output": out.getvalue(), "error": error}), flush=True)
`;

/** The cells of a document, in a python3 of their own. */
export class Notebook {
  readonly #python: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor(python: string, env: Record<string, string | undefined>) {
    this.#python = spawn(python, ['-W', 'error', '-c', kernel], { env, stdio: 'pipe' });
    this.#lines = createInterface({ input: this.#python.stdout })[Symbol.asyncIterator]();
  }

  /** @returns what the cell printed. @throws with Python's traceback. */
  async run(cell: string): Promise<string> {
    this.#python.stdin.write(`${JSON.stringify(cell)}\n`);
    const { value } = await this.#lines.next();
    const { output, error } = JSON.parse(String(value)) as { output: string; error: string | null };
    if (error !== null) throw new Error(`${cell}\n${error}`);
    return output;
  }

  close(): void {
    this.#python.kill();
  }
}
