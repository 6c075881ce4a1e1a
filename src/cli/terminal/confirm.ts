import { createInterface } from 'node:readline';
import type { Cli } from '../cli.ts';
import { CliError, interruptedError, usageError } from '../cli-error.ts';

export const hasTerminal = (cli: Pick<Cli, 'stdin' | 'stderr'>): boolean => cli.stdin.isTTY === true && cli.stderr.isTTY === true;

/**
 * Lets a person confirm what cannot be undone. `question`: what will happen, as a question.
 *
 * @throws {CliError} `usage` without a terminal and without `--yes`; `error` when it is declined; `interrupted`.
 */
export async function confirm(cli: Cli, question: string, { yes = false }: { yes?: boolean }): Promise<void> {
  if (yes) return;
  if (!hasTerminal(cli))
    throw usageError(
      `This can't be undone, and there is no terminal on which to confirm it: ${question}`,
      'Add --yes to do it without a confirmation',
    );
  const response = await readLine(cli, `${question} [y/N] `);
  if (!/^y(es)?$/i.test(response.trim())) throw new CliError('Nothing was changed');
}

/** One line, without its end; empty at the end of the input. */
function readLine(cli: Cli, prompt: string): Promise<string> {
  const { stdin, stderr, interrupted } = cli;
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: stdin, terminal: false });
    let isOver = false;
    const finish = (act: () => void): void => {
      interrupted.removeEventListener('abort', interrupt);
      lines.close();
      stdin.pause();
      act();
    };
    const interrupt = (): void => {
      isOver = true;
      stderr.write('\n');
      finish(() => reject(interruptedError('Nothing was changed')));
    };
    interrupted.addEventListener('abort', interrupt);
    lines.once('line', (line) => {
      isOver = true;
      finish(() => resolve(line));
    });
    lines.once('close', () => {
      if (isOver) return;
      // Ctrl-D leaves the cursor behind the question.
      stderr.write('\n');
      finish(() => resolve(''));
    });
    stderr.write(prompt);
  });
}
