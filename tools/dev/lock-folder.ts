import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, StartFault } from './start-error.ts';

/** Makes the folders, and sees to it that files can be made in them. @throws {StartFault} */
export function lockFolders(folders: readonly string[]): void {
  for (const folder of folders) {
    const probe = join(folder, `.probe-${process.pid}`);
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(probe, 'whether files can be made here\n');
      rmSync(probe);
    } catch (error) {
      throw new StartFault(
        `The folder ${folder} can't be written (${codeOf(error)}). To keep everything in another one: AUTODEPLOY_LOCAL_DIR=FOLDER npm start`,
      );
    }
  }
}
