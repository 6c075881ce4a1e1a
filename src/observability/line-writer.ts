/**
 * Writes lines to stdout or stderr and never waits for their reader. A pipe without a reader is full after 64 kB, and a write to it
 * would block the whole process, signals included.
 */
import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { shutdownTiming } from '../core/timing.ts';

/** The most that waits to be written, in characters; further lines are lost, and counted. */
const mostPendingLength = 2 * 1024 * 1024;
/** After a write for which the pipe had no room; doubled each time. */
const firstRetryMs = 10;
const longestRetryMs = 200;
/** The same while more lines come. */
const burstRetryMs = 1;
/** After a write that failed: the reader has ended, or the disk is full. */
const failedRetryMs = 1000;
/** The least time between two reports of lost lines. */
const reportLostEveryMs = 5000;
/** How long the end of the process waits for a reader that reads, and for one that does not. */
const flushWithinMs = shutdownTiming.lastLinesMs;
const flushIdleMs = 250;

export interface LineWriter {
  /** Takes a line, with its line break. Never waits, never fails. */
  write(line: string): void;
  /** Writes what waits, as far as the reader takes it in a moment. Runs by itself when the process ends. */
  flushSync(): void;
}

/** @param onLost called with the number of lost lines once lines can be written again; it may write one. */
export function openLineWriter(fd: 1 | 2, onLost: (lines: number) => void = () => {}): LineWriter {
  return new NonBlockingLines(openNonBlocking(fd), onLost);
}

/**
 * Reopens the descriptor where possible, since O_NONBLOCK on the descriptor itself would hold for all processes that share it. A
 * socket can't be reopened: Node makes it non-blocking when it opens it as a stream. Files never block for long.
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

class NonBlockingLines implements LineWriter {
  readonly #fd: number;
  readonly #onLost: (lines: number) => void;
  /** The first is a buffer when the line was written in part. */
  #pending: (string | Buffer)[] = [];
  #pendingLength = 0;
  #lost = 0;
  #reportedLostAt = -Infinity;
  /** Whether the last line in the file lacks its end: the next one has to begin with it. */
  #isCut = false;
  #retryMs = firstRetryMs;
  #mayRetryAt = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(fd: number, onLost: (lines: number) => void) {
    this.#fd = fd;
    this.#onLost = onLost;
    process.on('exit', () => this.flushSync());
  }

  write(line: string): void {
    // Not only by the timer, which does not run during a burst of lines.
    if (this.#timer !== null && performance.now() >= this.#mayRetryAt) this.#drain();
    if (this.#pendingLength + line.length > mostPendingLength) {
      this.#lost += 1;
      return;
    }
    if (this.#lost > 0 && performance.now() - this.#reportedLostAt >= reportLostEveryMs) this.#reportLost();
    const whole = this.#isCut ? `\n${line}` : line;
    this.#isCut = false;
    this.#pending.push(whole);
    this.#pendingLength += whole.length;
    if (this.#timer === null) this.#drain();
  }

  flushSync(): void {
    const startedAt = performance.now();
    let progressAt = startedAt;
    for (;;) {
      const before = this.#pendingLength;
      this.#drain();
      const now = performance.now();
      if (this.#pendingLength < before) progressAt = now;
      if (this.#pending.length === 0 || now - progressAt >= flushIdleMs || now - startedAt >= flushWithinMs) return;
      Atomics.wait(neverNotified, 0, 0, firstRetryMs);
    }
  }

  /** Line by line: a line of at most 4 kB (PIPE_BUF) goes into a pipe as a whole, whatever other processes write to it. */
  #drain(): void {
    let done = 0;
    let problem: string | null = null;
    while (done < this.#pending.length && problem === null) {
      const line = this.#pending[done]!;
      try {
        const written = typeof line === 'string' ? writeSync(this.#fd, line) : writeSync(this.#fd, line);
        this.#pendingLength -= line.length;
        if (written === Buffer.byteLength(line)) done += 1;
        else {
          const rest = Buffer.from(line as string).subarray(written);
          this.#pending[done] = rest;
          this.#pendingLength += rest.length;
        }
      } catch (error) {
        problem = String((error as NodeJS.ErrnoException).code);
      }
    }
    if (done > 0) this.#retryMs = firstRetryMs;
    this.#pending = done === this.#pending.length ? [] : this.#pending.slice(done);
    if (problem === null) {
      this.#stopWaiting();
      if (this.#lost > 0) this.#reportLost();
    } else if (problem === 'EAGAIN') {
      this.#mayRetryAt = performance.now() + burstRetryMs;
      this.#drainIn(this.#retryMs);
      this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs);
    } else {
      this.#lose();
      this.#mayRetryAt = performance.now() + failedRetryMs;
      this.#drainIn(failedRetryMs);
    }
  }

  #drainIn(waitMs: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#drain();
    }, waitMs).unref();
  }

  #stopWaiting(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #lose(): void {
    const [first = ''] = this.#pending;
    this.#isCut = typeof first !== 'string' || first.startsWith('\n');
    this.#lost += this.#pending.length;
    this.#pending = [];
    this.#pendingLength = 0;
  }

  #reportLost(): void {
    const lost = this.#lost;
    this.#lost = 0;
    this.#reportedLostAt = performance.now();
    this.#onLost(lost);
  }
}

/** To sleep on. */
const neverNotified = new Int32Array(new SharedArrayBuffer(4));
