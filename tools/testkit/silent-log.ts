import type { Logger } from '../../src/ports/logger.ts';

/** A log that keeps nothing. */
export const silentLog: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silentLog };
