import { type CommandWords, endpointFlags, fileFlags, runFlags } from './words.ts';

/** For zsh with compinit. */
export function zshCompletion(commands: readonly CommandWords[]): string {
  const cases = commands.map(({ name, options, argument }) => {
    const specs = options.map((one) => `      ${optionSpec(one)}`);
    const argumentSpec =
      argument === null ? [] : [`      ${quote(`*:${typeof argument === 'string' ? argument : 'name'}:${action(argument)}`)}`];
    return `    ${name})\n      _arguments ${[...specs, ...argumentSpec].join(' \\\n').trimStart()} ;;`;
  });
  return `#compdef autodeploy
# zsh completion for autodeploy: source <(autodeploy completion zsh)
_autodeploy_runs() { _autodeploy_names_of run }
_autodeploy_endpoints() { _autodeploy_names_of endpoint }
_autodeploy_names_of() {
  local -a names
  names=(\${(f)"$(\${_autodeploy_program:-autodeploy} complete-names $1 -- "\${words[CURRENT]}" 2>/dev/null)"})
  compadd -a names
}
_autodeploy() {
  local _autodeploy_program=$words[1]
  if (( CURRENT == 2 )); then
    local -a commands
    commands=(
${commands.map(({ name, summary }) => `      ${quote(`${name}:${summary}`)}`).join('\n')}
    )
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = _autodeploy ]; then _autodeploy "$@"; else compdef _autodeploy autodeploy; fi
`;
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Within brackets and between colons these would end the description. */
const escaped = (text: string): string => text.replaceAll(/[[\]:]/g, String.raw`\$&`);

function action(argument: CommandWords['argument']): string {
  if (argument === null) return '';
  if (typeof argument !== 'string') return `(${argument.join(' ')})`;
  return argument === 'run' ? '_autodeploy_runs' : '_autodeploy_endpoints';
}

function optionSpec({ flags, description, takesValue }: CommandWords['options'][number]): string {
  const value = takesValue ? `:value:${valueAction(flags)}` : '';
  const rest = quote(`[${escaped(description)}]${value}`);
  return flags.length > 1 ? `'(${flags.join(' ')})'{${flags.join(',')}}${rest}` : `${flags[0] ?? ''}${rest}`;
}

function valueAction(flags: readonly string[]): string {
  if (flags.some((flag) => endpointFlags.includes(flag))) return '_autodeploy_endpoints';
  if (flags.some((flag) => runFlags.includes(flag))) return '_autodeploy_runs';
  return flags.some((flag) => fileFlags.includes(flag)) ? '_files' : ' ';
}
