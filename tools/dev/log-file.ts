import { mkdirSync, statSync, truncateSync, type WriteStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';

const largestBytes = 20 * 1024 * 1024;

/** Opens the log file of a program, which each start appends to; empties it once it is large. Only its owner can read it. */
export function openLogFile(folder: string, name: string, maxBytes = largestBytes): WriteStream {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${name}.log`);
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > maxBytes) truncateSync(path);
  const file = createWriteStream(path, { flags: 'a', mode: 0o600 });
  // A full disk must stop the logs, not the system.
  file.on('error', () => {});
  return file;
}
