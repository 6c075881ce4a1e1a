import { mkdirSync, statSync, truncateSync, type WriteStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';

const largestBytes = 20 * 1024 * 1024;

/** A file that a program's output is added to, from one start to the next; emptied here once it has grown large. */
export function openLogFile(folder: string, name: string, maxBytes = largestBytes): WriteStream {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.log`);
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > maxBytes) truncateSync(path);
  const file = createWriteStream(path, { flags: 'a' });
  // A full disk stops the logs, not the system.
  file.on('error', () => {});
  return file;
}
