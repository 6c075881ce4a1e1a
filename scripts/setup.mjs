/**
 * Sets this folder up: the lockfile's packages, the pinned Node, a Redis server, and for tests a PostgreSQL server and
 * python3. `node scripts/setup.mjs` does all of it; it is also the first step of `npm start` (without what is for tests) and `npm test`. Runs
 * on the machine's own Node with nothing installed, prints each step in one line, and does nothing where nothing is missing.
 */
import { pathToFileURL } from 'node:url';
import { withLock } from './setup/lock.mjs';
import { findMissing } from './setup/missing.mjs';
import { fail, SetupError } from './setup/say.mjs';

const oldestNode = 20;

/** @throws {SetupError} whose message says what to do. */
export async function setUp({ forTests = true } = {}) {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < oldestNode)
    throw new SetupError(`Node ${process.versions.node} is too old.`, `Install Node ${oldestNode} or newer, with npm.`);
  if ((await findMissing({ forTests })).length === 0) return;
  await withLock('setup', async () => {
    // Another set-up may have installed it while this one waited.
    const missing = await findMissing({ forTests });
    const mayInstall = process.env.AUTODEPLOY_NO_INSTALL !== '1';
    if (!mayInstall && missing.length > 0) {
      throw new SetupError(
        missing.map((part) => `Missing: ${part.what}. To get it: ${part.how}`).join('\n'),
        'Nothing was installed, because AUTODEPLOY_NO_INSTALL is 1.',
      );
    }
    for (const part of missing) await part.install();
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await setUp().catch(fail);
