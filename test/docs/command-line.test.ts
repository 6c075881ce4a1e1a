import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { createProgram } from '../../src/cli/program.ts';
import { headingAnchors } from './citations.ts';
import { found, read, root, section, tableRows } from './markdown.ts';

const text = read('docs/command-line.md');
const output = { write: (): void => {} };
const program = createProgram(
  {
    args: [],
    env: {},
    stdin: new PassThrough(),
    stdout: output,
    stderr: output,
    interrupted: new AbortController().signal,
    now: Date.now,
    api: () => {
      throw new Error('no request is sent');
    },
    print: () => {},
    printJson: () => {},
    say: () => {},
  },
  () => {},
);
const commands = program
  .createHelp()
  .visibleCommands(program)
  .filter((command) => command.name() !== 'help');

describe('docs/command-line.md', () => {
  const rows = tableRows(section(text, 'Commands'));

  it('has every command with its arguments, and no other', () => {
    const usages = commands.map((command) =>
      [command.name(), ...command.registeredArguments.map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}]`))].join(
        ' ',
      ),
    );
    expect(rows.map(([cell = '']) => cell.slice(1, -1))).toEqual(usages);
  });

  it.each(commands.map((command) => [command.name(), command] as const))(
    'has every option of %s, and no other',
    (name, command) => {
      const options = command.options.map(({ long }) => long).filter((long) => long !== '--json');
      const [, cell = ''] = rows.find(([usage = '']) => usage.slice(1, -1).split(' ')[0] === name) ?? [];
      expect(new Set(found(cell, /`(--[\w-]+)`/g))).toEqual(new Set(options));
    },
  );

  it('has every exit code, and no other', () => {
    const written = tableRows(section(text, 'Exit codes')).map(([code = '']) => Number(code));
    expect(written).toEqual(Object.values(exitCodes));
  });

  it('shows options in its examples that exist', () => {
    const known = new Set(
      [...program.options, ...commands.flatMap((command) => command.options)].flatMap(({ long, short }) => [long, short]),
    );
    const used = found(text.replaceAll(/docker compose.*/g, ''), /(?:autodeploy|run cli --) [^`\n#]*?(--?[a-zA-Z][\w-]*)/g);
    expect(used.filter((flag) => !known.has(flag) && flag !== '--help')).toEqual([]);
  });
});

it('the doctor names only documents and headings that exist', () => {
  const sources = globSync('src/cli/doctor/**/*.ts', { cwd: root }).map(read).join('\n');
  const named = [
    ...found(sources.replaceAll('${runbook}', 'docs/operations/runbook.md'), /['`](docs\/[\w./-]+\.md(?:#[\w-]+)?)['`]/g),
  ];
  expect(named.length).toBeGreaterThan(15);
  const broken = named.filter((one) => {
    const [path = '', anchor] = one.split('#');
    return !existsSync(join(root, path)) || (anchor !== undefined && !headingAnchors(read(path)).includes(anchor));
  });
  expect(broken).toEqual([]);
});

it('each example in the help of the program is a command with options that it has', () => {
  const wrong = commands.flatMap((command) => {
    let help = '';
    command.configureOutput({ writeOut: (part) => void (help += part) }).outputHelp();
    const examples = found(help, /^ {2}(?:source <\()?autodeploy ([^#|>)\n]+)/gm).map((example) =>
      example.replaceAll(/'[^']*'|"[^"]*"/g, 'text'),
    );
    const flags = new Set(command.options.flatMap(({ long, short }) => [long, short]));
    return examples.flatMap((example) => [
      ...(example.startsWith(command.name()) || command.name() === 'approve' ? [] : [`${command.name()}: ${example}`]),
      ...found(example, /(?<!\S)(--?[a-zA-Z][\w-]*)/g).filter((flag) => !flags.has(flag)),
    ]);
  });
  expect(wrong).toEqual([]);
});
