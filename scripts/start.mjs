/**
 * `npm start`: set-up, then the whole system on this machine (tools/dev/main.ts) under the pinned Node. One program from the first
 * to the last, because npm hands signals to its direct child only, and a shell remembers where it once found `node`.
 */
import { resolve } from 'node:path';
import { tryLock } from './setup/lock.mjs';
import { root } from './setup/root.mjs';
import { runInForeground } from './setup/foreground.mjs';
import { fail, SetupError } from './setup/say.mjs';
import { setUp } from './setup.mjs';

try {
  await setUp();
  // Of what is kept in one folder, one start.
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

/** An npm that is killed hands nothing on, and leaves this process behind. */
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
