import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';
import { run } from './run.mjs';
import { say, SetupError } from './say.mjs';

const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies.node;

/** The Node version of this project, whatever the machine has. */
export const nodePath = join(root, 'node_modules', '.bin', 'node');

/** The install script of the `node` package fetches the binary; an npm that skips such scripts leaves it out. */
export const pinnedNode = {
  what: `Node ${version} in node_modules/.bin`,
  how: '`npm rebuild node --ignore-scripts=false`, after `npm ci`',
  isThere: async () => (await ask()).output.trim() === `v${version}`,

  async install() {
    // The step before, `npm ci`, has usually fetched it.
    if (await this.isThere()) return;
    say(`fetching Node ${version}: npm rebuild node`);
    await run('npm', ['rebuild', 'node', '--ignore-scripts=false', '--foreground-scripts']);
    if (await this.isThere()) return;
    throw new SetupError(
      `Node ${version} does not run here: ${(await ask()).output.trim().split('\n')[0]}`,
      'It needs Linux with glibc (Debian, Ubuntu, Fedora, …; not Alpine) on x64 or arm64, or macOS, and an npm that reaches its registry.',
    );
  },
};

const ask = () => run(nodePath, ['--version'], { quiet: true });
