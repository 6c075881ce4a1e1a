import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../setup/root.mjs';

const startWithinMs = 180_000;

/**
 * A system of its own, as `npm start` runs it, on free ports and in a temporary folder, with trainings of a few seconds. `more` are further
 * variables.
 */
export async function startLocalSystem(more = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-screenshots-'));
  const env = {
    PATH: process.env.PATH,
    PORT: '0',
    SIMULATOR_PORT: '0',
    AUTODEPLOY_LOCAL_DIR: folder,
    SIMULATOR_TRAINING_SECONDS: '12',
    SIMULATOR_ENDPOINT_SECONDS: '5',
    POLL_INTERVAL_SECONDS: '1',
    ENDPOINT_POLL_SECONDS: '1',
    ...more,
  };
  const child = spawn(process.execPath, [join(root, 'tools/dev/main.ts')], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const [url, control] = await printedUrls(child.stdout, [/^API +(\S+)/, /^Simulator +(\S+)/]);
    await withoutEvents(control);
    return { url, control, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** So that one job has all rows: what an event reports is observed by a job of its own. */
async function withoutEvents(control) {
  const events = { targets: [], maxLateMs: 0, twice: 0, lost: 0 };
  const response = await fetch(new URL('settings', control), { method: 'PATCH', body: JSON.stringify({ events }) });
  if (!response.ok) throw new Error(`the simulator returned ${response.status}: ${await response.text()}`);
}

/** The addresses in the lines that match, in the order of the patterns; what comes after them is read and dropped. */
function printedUrls(output, patterns) {
  const urls = [];
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the system was not ready within ${startWithinMs} ms`)), startWithinMs);
    const lines = createInterface({ input: output });
    lines.on('line', (line) => {
      patterns.forEach((pattern, index) => {
        urls[index] ??= pattern.exec(line)?.[1];
      });
      if (!patterns.every((_, index) => urls[index] !== undefined)) return;
      clearTimeout(timer);
      resolve(urls);
    });
    lines.on('close', () => {
      clearTimeout(timer);
      reject(new Error('the system ended before it was ready'));
    });
  });
}
