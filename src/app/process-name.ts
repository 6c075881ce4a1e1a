import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** `<host>-<pid>-<random>`: one start of one process. In containers the pid is the same for all of them. */
export const newProcessName = (): string => `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
