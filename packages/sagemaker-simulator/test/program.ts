import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished, vi } from 'vitest';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export interface Program {
  /** Both streams, as far as they are read. */
  output: () => string;
  kill: (signal: NodeJS.Signals) => void;
  /** The exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  /** Resolves with the address once it listens. */
  url: () => Promise<string>;
}

/** Starts the simulator as a process, on a free port. It ends with the test. */
export function startProgram(env: Record<string, string> = {}, file = main): Program {
  const child = spawn(process.execPath, [file], { env: { SIMULATOR_PORT: '0', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => (code ?? signal) as number | NodeJS.Signals);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    output: () => output,
    kill: (signal) => void child.kill(signal),
    ended,
    url: () =>
      vi.waitFor(
        () => {
          const [, url] = /"url":"([^"]+)"/.exec(output) ?? [];
          if (url === undefined) throw new Error(`it does not listen: ${output}`);
          return url;
        },
        { timeout: 10_000, interval: 20 },
      ),
  };
}
