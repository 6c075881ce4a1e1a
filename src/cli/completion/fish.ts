import { type CommandWords, endpointFlags, fileFlags, runFlags } from './words.ts';

/** For fish 3 and newer. */
export function fishCompletion(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  const lines = commands.flatMap(({ name, summary, options, argument }) => {
    const when = `-n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c autodeploy -n '__autodeploy_needs_command' -a ${name} -d ${quote(summary)}`,
      ...(argument === null
        ? []
        : [`complete -c autodeploy -n '__autodeploy_needs_argument ${name}' -a ${quote(wordsFor(argument))}`]),
      ...options.map((option) => `complete -c autodeploy ${when} ${optionSpec(option)}`),
    ];
  });
  return `# fish completion for autodeploy: autodeploy completion fish > ~/.config/fish/completions/autodeploy.fish
complete -c autodeploy -f
function __autodeploy_needs_command
  not __fish_seen_subcommand_from ${names}
end
function __autodeploy_needs_argument
  set -l tokens (commandline -opc)
  test (count $tokens) -eq 2 -a "$tokens[2]" = $argv[1]
end
${lines.join('\n')}
`;
}

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", `\\'`)}'`;

const wordsFor = (argument: NonNullable<CommandWords['argument']>): string =>
  typeof argument === 'string' ? `(autodeploy complete-names ${argument} -- (commandline -ct) 2>/dev/null)` : argument.join(' ');

function optionSpec({ flags, description, takesValue }: CommandWords['options'][number]): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  return [...names, ...(takesValue ? [valueOf(flags)] : []), `-d ${quote(description)}`].join(' ');
}

function valueOf(flags: readonly string[]): string {
  const has = (others: readonly string[]): boolean => flags.some((flag) => others.includes(flag));
  if (has(fileFlags)) return '-rF';
  if (has(endpointFlags)) return `-xa ${quote(wordsFor('endpoint'))}`;
  return has(runFlags) ? `-xa ${quote(wordsFor('run'))}` : '-x';
}
