import { existsSync } from 'node:fs';
import { MachineProgram } from './package-manager.mjs';
import { which } from './run.mjs';

const programs = ['redis-server', 'valkey-server'];

/** The path of the machine's Redis server, or of Valkey, which works as well; null without one. */
export const findRedisServer = () => programs.map(which).find((path) => path !== null) ?? null;

export const redisServer = new MachineProgram({
  name: 'redis-server',
  what: 'redis-server, or valkey-server',
  packages: {
    'apt-get': ['redis-server', 'valkey-server'],
    dnf: ['redis', 'valkey'],
    apk: ['redis', 'valkey'],
    brew: ['redis', 'valkey'],
  },
  isThere: () => findRedisServer() !== null,
  manually: 'install Redis 6.2 or newer, so that `redis-server` is in PATH',
  async around(_manager, asRoot, install) {
    const daemonWasThere = hasDaemon();
    await install();
    // This project starts a server of its own.
    if (!daemonWasThere && hasDaemon()) await asRoot('systemctl', 'disable', '--now', 'redis-server');
  },
});

/** Debian's package starts a server on port 6379 where systemd runs. */
const hasDaemon = () => existsSync('/run/systemd/system') && existsSync('/lib/systemd/system/redis-server.service');
