import { execFile } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { postgresPrograms, serverUser } from './postgres-programs.ts';

const prefix = 'autodeploy-postgres-';
const run = promisify(execFile);
const options = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions'];

/** A server's folder: `data` has its files, `owner` the pid of the process that removes it. */
export interface PostgresFolder {
  readonly path: string;
  readonly data: string;
  /** A copy of `data` as it was made, where one is kept. */
  readonly pristine: string;
  remove(): void;
}

export interface FolderOptions {
  /** The folder of an empty cluster to begin with, which is faster than to make one. */
  pristine?: string;
  /** Whether to keep such a folder. */
  keepPristine?: boolean;
}

/** Makes a folder with an empty cluster, or a copy of one, and removes those of processes that were killed. */
export async function makePostgresFolder({ pristine, keepPristine = false }: FolderOptions = {}): Promise<PostgresFolder> {
  removeAbandoned();
  const path = mkdtempSync(join(tmpdir(), prefix));
  writeFileSync(join(path, 'owner'), String(process.pid));
  const remove = (): void => {
    process.off('exit', remove);
    rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  };
  process.on('exit', remove);
  const { uid, gid } = serverUser();
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
  const data = join(path, 'data');
  try {
    if (pristine === undefined) await run(join(postgresPrograms(), 'initdb'), ['-D', data, ...options], { uid, gid, cwd: path });
    else await run('cp', ['-a', pristine, data]);
    if (keepPristine) await run('cp', ['-a', data, join(path, 'pristine')]);
  } catch (error) {
    remove();
    throw error;
  }
  return { path, data, pristine: join(path, 'pristine'), remove };
}

function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir()).filter((one) => one.startsWith(prefix))) {
    const path = join(tmpdir(), name);
    try {
      if (!lives(Number(readFileSync(join(path, 'owner'), 'utf8')))) rmSync(path, { recursive: true, force: true });
    } catch {
      // Another process makes or removes it, or another user owns it.
    }
  }
}

function lives(pid: number): boolean {
  if (pid === 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
