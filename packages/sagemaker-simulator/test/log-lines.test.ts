import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

test('a full pipe without a reader stops neither calls nor SIGTERM; a later line counts the lost ones', async () => {
  // A real pipe, as a shell makes it: `spawn` itself makes a socket.
  const shell = spawn(
    'sh',
    ['-c', 'echo $$ >&2; "$NODE" "$MAIN" | { read -r first; echo "$first" >&2; read -r go <&3; cat >&2; }'],
    {
      env: { NODE: process.execPath, MAIN: main, PATH: process.env['PATH'], SIMULATOR_PORT: '0', LOG_LEVEL: 'debug' },
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      detached: true,
    },
  );
  onTestFinished(() => {
    try {
      process.kill(-Number(shell.pid), 'SIGKILL');
    } catch {
      // It has ended.
    }
  });
  let output = '';
  shell.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [, url = '', pid] = await vi.waitFor(
    () => {
      const found = /"url":"([^"]+)"/.exec(output);
      if (!found) throw new Error(`it does not listen: ${output}`);
      return [...found, /"pid":(\d+)/.exec(output)?.[1]];
    },
    { timeout: 10_000, interval: 20 },
  );
  // Each call writes about 200 bytes; the pipe and the shell's buffer hold less than 100 kB.
  const post = (): Promise<Response> => fetch(url, { method: 'POST', body: '{}' });
  for (let round = 0; round < 20; round += 1) await Promise.all(Array.from({ length: 50 }, post));
  expect((await fetch(`${url}/_control/health`)).status).toBe(200);

  (shell.stdio[3] as Socket).write('go\n');
  await vi.waitFor(
    async () => {
      await post();
      expect(output).toMatch(/"msg":"\d+ log lines were dropped"/);
    },
    { timeout: 10_000, interval: 20 },
  );
  const ended = once(shell, 'close');
  process.kill(Number(pid), 'SIGTERM');
  await ended;
});
