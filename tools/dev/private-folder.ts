import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, StartFault } from './start-error.ts';

/**
 * Makes a folder and its inner folders, and verifies that files can be created in them. Only their owner can read what is in the inner
 * folders, also in those of earlier versions. The access to an outer folder that exists stays as it is: it may hold other files.
 *
 * @throws {StartFault}
 */
export function makePrivateFolders(outer: string, inner: readonly string[]): void {
  for (const folder of [outer, ...inner]) {
    const probe = join(folder, `.probe-${process.pid}`);
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      if (folder !== outer) makePrivate(folder);
      writeFileSync(probe, 'whether files can be created here\n');
      rmSync(probe);
    } catch (error) {
      throw new StartFault(
        `The folder ${folder} can't be written (${codeOf(error)}). To keep everything in another one: AUTODEPLOY_LOCAL_DIR=FOLDER npm start`,
      );
    }
  }
}

function makePrivate(folder: string): void {
  try {
    chmodSync(folder, 0o700);
  } catch (error) {
    // The folder belongs to another user, as a mounted volume may: that user decides who reads it.
    if (codeOf(error) !== 'EPERM') throw error;
  }
}
