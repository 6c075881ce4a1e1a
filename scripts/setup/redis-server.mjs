import { existsSync } from 'node:fs';
import { run, which } from './run.mjs';
import { say, SetupError } from './say.mjs';

const programs = ['redis-server', 'valkey-server'];

/** The path of the machine's Redis server, or of Valkey, which works as well; null without one. */
export const findRedisServer = () => programs.map(which).find((path) => path !== null) ?? null;

/** Each installs the first of its packages that the machine's sources offer. */
const managers = [
  {
    name: 'apt-get',
    packages: ['redis-server', 'valkey-server'],
    refresh: ['update', '-qq'],
    install: ['install', '-y', '-qq', '--no-install-recommends'],
  },
  { name: 'dnf', packages: ['redis', 'valkey'], install: ['install', '-y', '-q'] },
  { name: 'apk', packages: ['redis', 'valkey'], install: ['add', '--no-cache', '-q'] },
  { name: 'brew', packages: ['redis', 'valkey'], install: ['install', '-q'], asUser: true },
];

const findManager = () => managers.find(({ name }) => which(name) !== null);

export const redisServer = {
  what: 'redis-server, or valkey-server',
  get how() {
    const manager = findManager();
    return manager === undefined
      ? 'install Redis 6.2 or newer, so that `redis-server` is in PATH'
      : `\`${commandLine(manager, manager.packages[0]).join(' ')}\``;
  },
  isThere: () => findRedisServer() !== null,

  async install() {
    const manager = findManager();
    if (manager === undefined)
      throw new SetupError(
        'There is no redis-server, and none of apt-get, dnf, apk and brew to install it.',
        `To do: ${this.how}.`,
      );
    if (needsSudo(manager) && which('sudo') === null)
      throw new SetupError('There is no redis-server; installing it takes root, and there is no sudo.', `As root: ${this.how}.`);
    const daemonWasThere = hasDaemon();
    if (manager.refresh) await runAsRoot(manager, manager.refresh);
    for (const name of manager.packages) {
      if (this.isThere()) break;
      await runAsRoot(manager, [...manager.install, name]);
    }
    if (!this.isThere()) throw new SetupError('There is still no redis-server.', `See the messages above. By hand: ${this.how}.`);
    if (!daemonWasThere && hasDaemon()) await stopDaemon(manager);
  },
};

const needsSudo = (manager) => !manager.asUser && process.getuid?.() !== 0;

/** Without a terminal no user can type a password: sudo then fails at once in place of waiting. */
const sudo = (manager) => (needsSudo(manager) ? ['sudo', ...(process.stdin.isTTY ? [] : ['-n'])] : []);

const commandLine = (manager, name) => [...(needsSudo(manager) ? ['sudo'] : []), manager.name, manager.install[0], name];

async function runAsRoot(manager, args) {
  const [program, ...rest] = [...sudo(manager), manager.name, ...args];
  say(`no redis-server on this machine: ${[program, ...rest].join(' ')}`);
  // The package manager's output matters only when it fails; sudo's question must be visible.
  const { code, output } = await run(program, rest, { quiet: !process.stdin.isTTY, env: { DEBIAN_FRONTEND: 'noninteractive' } });
  if (code !== 0) say(`it failed with code ${code}: ${output.trim().split('\n').slice(-5).join(' | ')}`);
}

/** Debian's package starts a server on port 6379 where systemd runs. This project starts its own, so that one is disabled. */
const hasDaemon = () => existsSync('/run/systemd/system') && existsSync('/lib/systemd/system/redis-server.service');

async function stopDaemon(manager) {
  const [program, ...rest] = [...sudo(manager), 'systemctl', 'disable', '--now', 'redis-server'];
  say(`the package started a Redis service on port 6379, which is not needed here: ${[program, ...rest].join(' ')}`);
  await run(program, rest, { quiet: true });
}
