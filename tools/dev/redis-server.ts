import { findProgram } from './find-program.ts';
import { StartFault } from './start-error.ts';

/** What Redis and Valkey print when they accept connections. */
export const redisIsReady = /Ready to accept connections/;

/** @throws {StartFault} */
export function redisProgram(): string {
  const program = findProgram(['redis-server', 'valkey-server']);
  if (program === null) throw new StartFault('There is no redis-server (or valkey-server) in PATH. `npm run setup` installs it.');
  return program;
}

/** The arguments of a server on a loopback port that writes nothing but the append-only file, where that is on. */
export function redisArguments({ port, dir, appendonly }: { port: number; dir: string; appendonly: boolean }): string[] {
  const settings = {
    bind: '127.0.0.1',
    port: String(port),
    dir,
    appendonly: appendonly ? 'yes' : 'no',
    appendfsync: 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}
