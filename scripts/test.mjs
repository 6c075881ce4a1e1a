/**
 * `npm test`: set-up, then every check, each an npm script of its own. All of them run, whatever fails; the last lines name the checks
 * that failed. `npm test -- NAME…` runs only the tests whose file names contain NAME.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInForeground } from './setup/foreground.mjs';
import { root } from './setup/root.mjs';
import { fail } from './setup/say.mjs';
import { setUp } from './setup.mjs';

const names = process.argv.slice(2);
const checks = names.length === 0 ? ['format:check', 'lint', 'typecheck', 'unused', 'vitest'] : ['vitest'];
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const say = (line) => process.stdout.write(`${line}\n`);
const interrupted = (code) => code > 128;

await setUp().catch(fail);
const failed = [];
for (const check of checks) {
  const [program, ...args] = scripts[check].split(' ');
  say(`\n> ${check}: ${scripts[check]}`);
  const startedAt = performance.now();
  const code = await runInForeground(program, [...args, ...names]);
  const took = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  say(code === 0 ? `${check}: passed in ${took}` : `${check}: failed in ${took}`);
  if (code !== 0) failed.push(check);
  if (interrupted(code)) process.exit(code);
}

say('');
for (const check of failed) say(`${check} failed; alone: npm run ${check}`);
say(`checks: ${checks.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
