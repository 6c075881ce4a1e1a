import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from './root.mjs';
import { say, SetupError } from './say.mjs';

const pollMs = 200;
/** So long a lock without an owner's name counts as held: its owner is about to write the name, or has died before. */
const namelessMs = 5000;

/** Runs `work` under a lock of this machine; waits for the process that holds it. */
export async function withLock(name, work) {
  let reported = false;
  for (;;) {
    const lock = tryLock(name);
    if ('release' in lock) {
      try {
        return await work();
      } finally {
        lock.release();
      }
    }
    if (!reported) say(`another ${name} runs here (process ${lock.owner}); waiting for it`);
    reported = true;
    await delay(pollMs);
  }
}

/** Takes the lock, `{ release }`, or returns its `{ owner }`. Takes over the lock of a dead process. */
export function tryLock(name, folder = join(root, '.local')) {
  const path = join(folder, `${name}.lock`);
  const ownerFile = join(path, 'owner');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unwritable(folder, error);
  }
  for (;;) {
    try {
      mkdirSync(path);
      writeFileSync(ownerFile, nameOf(process.pid));
      return { release: () => rmSync(path, { recursive: true, force: true }) };
    } catch (error) {
      if (error.code !== 'EEXIST') throw unwritable(folder, error);
    }
    const owner = ownerOf(path, ownerFile);
    if (owner.lives) return { owner: owner.name.split(' ')[0] };
    takeAway(path, ownerFile, owner.name);
  }
}

const unwritable = (folder, error) =>
  new SetupError(
    `The folder ${folder} can't be written (${error.code}).`,
    'Let this user write it, or, for `npm start`, name another one: AUTODEPLOY_LOCAL_DIR=FOLDER npm start',
  );

function ownerOf(path, ownerFile) {
  try {
    const name = readFileSync(ownerFile, 'utf8');
    return { name, lives: name === '' ? isYoung(path) : nameOf(Number(name.split(' ')[0])) === name };
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return { name: '', lives: isYoung(path) };
  }
}

function isYoung(path) {
  try {
    return Date.now() - statSync(path).mtimeMs < namelessMs;
  } catch {
    return false;
  }
}

/** Renames first: of several processes that see the same dead lock, one moves it, and none removes the lock of a later process. */
function takeAway(path, ownerFile, deadOwner) {
  const aside = `${path}.${process.pid}`;
  try {
    if (deadOwner !== '' && readFileSync(ownerFile, 'utf8') !== deadOwner) return;
    renameSync(path, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  rmSync(aside, { recursive: true, force: true });
}

/** The pid, with the boot and the start time where /proc tells them, since pids are used again; empty for a dead process. */
function nameOf(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return '';
  }
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // Field 22 of stat; the name of the program, field 2, may hold spaces and parentheses.
    const startedAt = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19];
    return `${pid} ${boot} ${startedAt}`;
  } catch {
    return String(pid);
  }
}
