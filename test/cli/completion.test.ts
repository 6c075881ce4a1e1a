import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli } from './run.ts';

let folder: string;

/** A program that knows two runs and one endpoint, as the script calls it. */
const program = `#!/bin/sh
[ "$1 $2" = "complete-names run" ] && printf '%s' "$*" > "$0.called"
[ "$1 $2" = "complete-names run" ] && printf 'nightly-42\\nnightly-43\\n'
[ "$1 $2" = "complete-names endpoint" ] && printf 'ml-endpoint\\n'
exit 0
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'autodeploy-completion-'));
  writeFileSync(join(folder, 'autodeploy'), program);
  chmodSync(join(folder, 'autodeploy'), 0o755);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const scriptOf = async (shell: string): Promise<string> => {
  const { stdout } = await cli(['completion', shell]);
  const file = join(folder, shell);
  writeFileSync(file, stdout);
  return file;
};

const env = () => ({ PATH: `${folder}:${process.env['PATH']}`, HOME: folder, LANG: 'C.UTF-8', TERM: 'dumb' });

/** What each shell offers for a line whose last word is typed in part. */
const complete: Record<string, (script: string, words: readonly string[]) => string[]> = {
  bash: (script, words) => {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const code = `source '${script}'; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _autodeploy; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['--norc', '-c', code], { encoding: 'utf8', env: env() }).trim().split('\n');
  },
  fish: (script, words) => {
    const result = spawnSync('fish', ['--no-config', '-c', `source '${script}'; complete -C '${words.join(' ')}'`], {
      encoding: 'utf8',
      env: env(),
    });
    return result.stdout
      .trim()
      .split('\n')
      .map((line) => line.split('\t')[0] ?? '');
  },
  // zsh completes on a terminal alone: what it would call is called with functions in the place of its own.
  zsh: (script, words) => {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const code = `
      compdef() { :; }
      _describe() { print -l -- \${\${(P)2}%%:*}; }
      compadd() { print -l -- \${(P)2}; }
      _arguments() {
        local spec
        for spec in "$@"; do
          case $spec in
            '*:'*) [[ \${words[CURRENT]} == -* ]] || { local call=\${spec##*:}; if [[ $call == \\(* ]]; then print -l -- \${=\${call//[()]/}}; else $call; fi } ;;
            *) [[ \${words[CURRENT]} == -* ]] && print -- \${\${spec%%\\[*}##*\\)} ;;
          esac
        done
      }
      source '${script}'
      words=(${quoted}); CURRENT=${words.length}
      _autodeploy`;
    return execFileSync('zsh', ['-f', '-c', code], { encoding: 'utf8', env: env() })
      .trim()
      .split('\n')
      .filter((word) => word.startsWith(words.at(-1) ?? ''));
  },
};

/** bash is there wherever the tests run; the others where they are installed. */
const shells = ['bash', 'zsh', 'fish'].filter((shell) => shell === 'bash' || spawnSync(shell, ['-c', 'exit 0']).status === 0);

describe.each(shells)('completion %s', (shell) => {
  const offered = async (...words: string[]): Promise<string[]> => complete[shell]?.(await scriptOf(shell), words) ?? [];

  it('completes commands, options, and names of runs and endpoints', async () => {
    expect(await offered('autodeploy', 'ro')).toEqual(['rollback']);
    expect(await offered('autodeploy', 'r')).toEqual(expect.arrayContaining(['runs', 'run', 'reject', 'rollback', 'release']));
    expect(await offered('autodeploy', 'start', '--no')).toEqual(['--no-deploy']);
    expect(await offered('autodeploy', 'watch', 'ni')).toEqual(['nightly-42', 'nightly-43']);
    // The newest runs alone would leave out those that are meant.
    expect(readFileSync(join(folder, 'autodeploy.called'), 'utf8')).toBe('complete-names run -- ni');
    expect(await offered('autodeploy', 'rollback', 'm')).toEqual(['ml-endpoint']);
    expect(await offered('autodeploy', 'completion', 'z')).toEqual(['zsh']);
  });
});

it.each(['bash', 'zsh', 'fish'])('completion %s is one script, with --json one document', async (shell) => {
  const { stdout } = await cli(['completion', shell]);
  const { stdout: json } = await cli(['completion', shell, '--json']);
  expect(JSON.parse(json)).toEqual({ shell, script: stdout });
});

it('completion of another shell ends with 2', async () => {
  expect(await cli(['completion', 'csh'])).toMatchObject({ code: 2, stderr: expect.stringContaining('bash, zsh, fish') });
});
