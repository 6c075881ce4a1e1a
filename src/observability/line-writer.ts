/**
 * Writes lines to stdout or stderr and never waits for whoever reads them. A pipe that nobody reads is full after 64 kB, and a write to
 * it would hold the whole process, signals included.
 */
import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { shutdownTiming } from '../core/timing.ts';

/** What waits to be written at most, in characters; what comes on top of it is lost, and counted. */
const mostPendingLength = 2 * 1024 * 1024;
/** After a write that the pipe had no room for; doubled each time. */
const firstRetryMs = 10;
const longestRetryMs = 200;
/** The same, where more lines come meanwhile. */
const burstRetryMs = 1;
/** After a write that failed: nobody reads any more, or the disk is full. */
const failedRetryMs = 1000;
/** While lines are lost again and again, it is said only so often. */
const sayLostEveryMs = 5000;
/** How long the end of the process waits for a reader that takes something, and for one that takes nothing. */
const flushWithinMs = shutdownTiming.lastLinesMs;
const flushIdleMs = 250;

export interface LineWriter {
  /** Takes a line, with its line break. Never waits, never fails. */
  write(line: string): void;
  /** Writes what waits, as far as somebody reads it within a moment. Happens by itself when the process ends. */
  flushSync(): void;
}

/** @param onLost told how many lines were lost once lines can be written again; it may write one that says so. */
export function openLineWriter(fd: 1 | 2, onLost: (lines: number) => void = () => {}): LineWriter {
  return new NonBlockingLines(openNonBlocking(fd), onLost);
}

/**
 * Opened anew where that can be, since O_NONBLOCK on the descriptor itself would hold for all processes that share it. A socket
 * can't be opened anew: Node has it not block when it takes it for a stream. Files never block for long.
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
  #saidLostAt = -Infinity;
  /** Whether the last line in the file has no end: the next one has to begin with it. */
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
    // Not only by the timer: in a burst of lines it has no turn.
    if (this.#timer !== null && performance.now() >= this.#mayRetryAt) this.#drain();
    if (this.#pendingLength + line.length > mostPendingLength) {
      this.#lost += 1;
      return;
    }
    if (this.#lost > 0 && performance.now() - this.#saidLostAt >= sayLostEveryMs) this.#sayLost();
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
      Atomics.wait(neverReported, 0, 0, firstRetryMs);
    }
  }

  /** Line by line: what is no longer than 4 kB (PIPE_BUF) goes into a pipe as a whole, whoever else writes to it. */
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
      if (this.#lost > 0) this.#sayLost();
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

  #sayLost(): void {
    const lost = this.#lost;
    this.#lost = 0;
    this.#saidLostAt = performance.now();
    this.#onLost(lost);
  }
}

/** To sleep on. */
const neverReported = new Int32Array(new SharedArrayBuffer(4));
