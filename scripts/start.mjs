/**
 * `npm start`: set-up, then the whole system on this machine (tools/dev/main.ts) under the pinned Node. One process runs both, because npm
 * forwards signals only to its direct child, and a shell caches the path of `node`.
 */
import { resolve } from 'node:path';
import { tryLock } from './setup/lock.mjs';
import { root } from './setup/root.mjs';
import { runInForeground } from './setup/foreground.mjs';
import { fail, SetupError } from './setup/say.mjs';
import { setUp } from './setup.mjs';

try {
  await setUp({ forTests: false });
  // Only one system may use a folder.
  const lock = tryLock('start', resolve(root, process.env.AUTODEPLOY_LOCAL_DIR?.trim() || '.local'));
  if ('owner' in lock) {
    throw new SetupError(
      `\`npm start\` runs here already (process ${lock.owner}).`,
      'Stop that one first, or start this one elsewhere: AUTODEPLOY_LOCAL_DIR=FOLDER PORT=8016 SIMULATOR_PORT=8017 npm start',
    );
  }
  stopWithoutNpm();
  const code = await runInForeground('node', ['tools/dev/main.ts', ...process.argv.slice(2)], { child: true });
  lock.release();
  process.exitCode = code;
} catch (error) {
  fail(error);
}

/** An npm that is killed forwards no signal, and leaves this process running. */
function stopWithoutNpm() {
  if (process.env.npm_lifecycle_event !== 'start') return;
  const npm = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 1000);
  timer.unref();
}
