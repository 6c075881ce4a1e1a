/** Writes log lines to a pipe, a file or a terminal, and never waits for its reader. */
import { constants, fstatSync, openSync, writeSync } from 'node:fs';

/**
 * A destination for pino. A pipe without a reader is full after 64 kB, and a write to it would hold the whole process. So a line
 * for which there is no room is dropped, and the next line that fits follows one that says how many were.
 */
export function openLogLines(fd: 1 | 2): { write(line: string): void } {
  const file = openNonBlocking(fd);
  let dropped = 0;
  const tryWrite = (line: string): boolean => {
    try {
      // Whole or not at all: a line of at most 4 kB (PIPE_BUF). Of a longer one the rest may be missing.
      writeSync(file, line);
      return true;
    } catch {
      return false;
    }
  };
  return {
    write(line) {
      if (dropped > 0 && tryWrite(`${JSON.stringify({ level: 'warn', msg: `${dropped} log lines were dropped` })}\n`))
        dropped = 0;
      if (dropped > 0 || !tryWrite(line)) dropped += 1;
    },
  };
}

/**
 * Opened a second time where the system allows it, because O_NONBLOCK on the descriptor itself holds for all processes that share it. A socket
 * cannot be opened like this: Node makes it non-blocking when it becomes a stream.
 */
function openNonBlocking(fd: 1 | 2): number {
  if (fstatSync(fd).isFile()) return fd;
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    (fd === 1 ? process.stdout : process.stderr).on('error', () => {});
    return fd;
  }
}
