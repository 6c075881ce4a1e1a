import { type CommandWords, endpointFlags, fileFlags, runFlags } from './words.ts';

/** For bash 3.2 and newer, without the package bash-completion. */
export function bashCompletion(commands: readonly CommandWords[]): string {
  const cases = commands.map(({ name, options, argument }) => {
    const flags = options.flatMap((one) => one.flags).join(' ');
    return `    ${name}) flags='${flags}'; argument='${argumentOf(argument)}' ;;`;
  });
  const taking = [
    ...new Set(commands.flatMap(({ options }) => options.filter((one) => one.takesValue).flatMap((one) => one.flags))),
  ];
  const others = taking.filter((flag) => ![...endpointFlags, ...runFlags, ...fileFlags].includes(flag));
  return `# bash completion for autodeploy: source <(autodeploy completion bash)
_autodeploy() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} flags= argument= words=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')} --help --version' -- "$word"))
    return
  fi
  case $before in
    ${endpointFlags.join('|')}) COMPREPLY=($(compgen -W "$("\${COMP_WORDS[0]}" complete-names endpoint 2>/dev/null)" -- "$word")); return ;;
    ${runFlags.join('|')}) COMPREPLY=($(compgen -W "$("\${COMP_WORDS[0]}" complete-names run -- "$word" 2>/dev/null)" -- "$word")); return ;;
    ${fileFlags.join('|')}) COMPREPLY=($(compgen -f -- "$word")); return ;;
    ${others.join('|')}) return ;;
  esac
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
    *) return ;;
  esac
  if [ "\${word#-}" != "$word" ]; then
    COMPREPLY=($(compgen -W "$flags" -- "$word"))
    return
  fi
  case $argument in
    :run) words=$("\${COMP_WORDS[0]}" complete-names run -- "$word" 2>/dev/null) ;;
    :endpoint) words=$("\${COMP_WORDS[0]}" complete-names endpoint 2>/dev/null) ;;
    *) words=$argument ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _autodeploy autodeploy
`;
}

const argumentOf = (argument: CommandWords['argument']): string => {
  if (argument === null) return '';
  return typeof argument === 'string' ? `:${argument}` : argument.join(' ');
};
