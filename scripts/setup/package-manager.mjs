import { run, which } from './run.mjs';
import { say, SetupError } from './say.mjs';

const managers = [
  {
    name: 'apt-get',
    refresh: ['update', '-qq'],
    install: ['install', '-y', '-qq', '--no-install-recommends'],
  },
  { name: 'dnf', install: ['install', '-y', '-q'] },
  { name: 'apk', install: ['add', '--no-cache', '-q'] },
  { name: 'brew', install: ['install', '-q'], asUser: true },
];

const findManager = () => managers.find(({ name }) => which(name) !== null);

/** A program of the machine that its package manager installs. */
export class MachineProgram {
  /**
   * `name`: the program. `packages`: for each package manager the packages that have it; the first that the machine's sources offer is
   * installed. `isThere` says whether the machine has it. `manually`: what to do where no manager is known. `around` runs the installation,
   * with the manager's name and a function that runs a command as root.
   */
  constructor({ name, what = name, packages, isThere, manually, around = (_manager, _asRoot, install) => install() }) {
    Object.assign(this, { name, what, packages, isThere, manually, around });
  }

  get how() {
    const manager = findManager();
    if (manager === undefined) return this.manually;
    const prefix = needsSudo(manager) ? ['sudo'] : [];
    return `\`${[...prefix, manager.name, manager.install[0], this.packages[manager.name][0]].join(' ')}\``;
  }

  async install() {
    const manager = findManager();
    if (manager === undefined)
      throw new SetupError(
        `There is no ${this.name}, and none of apt-get, dnf, apk and brew to install it.`,
        `To do: ${this.how}.`,
      );
    if (needsSudo(manager) && which('sudo') === null)
      throw new SetupError(`There is no ${this.name}; installing it takes root, and there is no sudo.`, `As root: ${this.how}.`);
    const asRoot = (program, ...args) => runAsRoot(manager, this.name, [program, ...args]);
    await this.around(manager.name, asRoot, async () => {
      if (manager.refresh) await asRoot(manager.name, ...manager.refresh);
      for (const name of this.packages[manager.name]) {
        if (this.isThere()) break;
        await asRoot(manager.name, ...manager.install, name);
      }
    });
    if (!this.isThere()) throw new SetupError(`There is still no ${this.name}.`, `See the messages above. By hand: ${this.how}.`);
  }
}

const needsSudo = (manager) => !manager.asUser && process.getuid?.() !== 0;

/** Without a terminal no user can type a password: sudo then fails at once in place of waiting. */
const sudo = (manager) => (needsSudo(manager) ? ['sudo', ...(process.stdin.isTTY ? [] : ['-n'])] : []);

async function runAsRoot(manager, missing, command) {
  const [program, ...rest] = [...sudo(manager), ...command];
  say(`no ${missing} on this machine: ${[program, ...rest].join(' ')}`);
  // The package manager's output matters only when it fails; sudo's question must be visible.
  const { code, output } = await run(program, rest, { quiet: !process.stdin.isTTY, env: { DEBIAN_FRONTEND: 'noninteractive' } });
  if (code !== 0) say(`it failed with code ${code}: ${output.trim().split('\n').slice(-5).join(' | ')}`);
}
