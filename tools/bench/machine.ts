import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';
import { redisProgram } from '../dev/redis-server.ts';

/** The machine of the measurement, in one line. */
export function describeMachine(): string {
  const [cpu] = cpus();
  const redis = /v=([\d.]+)/.exec(execFileSync(redisProgram(), ['--version'], { encoding: 'utf8' }))?.[1] ?? 'of unknown version';
  const memoryGb = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), ${memoryGb} GB, ${type()} ${release()}, Node ${process.version}, Redis ${redis}`;
}
