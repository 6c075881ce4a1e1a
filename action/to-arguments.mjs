const commands = ['start', 'deploy', 'watch', 'rollback'];

/** @returns the arguments of the program, from the inputs of action.yml; `error`: what is wrong with one, or null. */
export function toArguments(input, env) {
  const command = input('command') || 'start';
  const name = input('name');
  const error = errorIn(input, command, name);
  if (error !== null) return { args: [], error };
  const wait = input('wait') !== 'false';
  const reason =
    input('reason') || `${env.GITHUB_REPOSITORY ?? 'a workflow'}: ${env.GITHUB_WORKFLOW ?? ''} ${env.GITHUB_RUN_ID ?? ''}`.trim();
  const watches = wait ? ['--watch', '--timeout', input('timeout') || '6h'] : [];
  const args = {
    start: () => [
      ...(name === '' ? [] : [name]),
      ...option('--endpoint', input('endpoint')),
      ...option('--request', input('request')),
      ...pairsOf(input('hyperparameters')).flatMap((pair) => ['-H', pair]),
      '--reason',
      reason,
      ...watches,
    ],
    deploy: () => [name, '--reason', reason, ...(input('force') === 'true' ? ['--force', '--yes'] : []), ...watches],
    watch: () => [name, '--timeout', input('timeout') || '6h'],
    rollback: () => [name, '--reason', reason, '--yes', ...option('--to', input('to')), ...watches],
  }[command]();
  return { args: [command, ...args, '--json'], error: null };
}

function errorIn(input, command, name) {
  if (!commands.includes(command)) return `command is ${JSON.stringify(command)}; it must be one of ${commands.join(', ')}`;
  if (input('url') === '') return 'url is missing; it must be the address of the service';
  if (command !== 'start' && name === '') return `name is missing; ${command} needs it`;
  if (name.startsWith('-')) return 'name must not begin with a hyphen';
  for (const flag of ['wait', 'force']) if (!['', 'true', 'false'].includes(input(flag))) return `${flag} must be true or false`;
  const bad = pairsOf(input('hyperparameters')).find((pair) => !/^[^=]+=/.test(pair));
  return bad === undefined ? null : `hyperparameters has the line ${JSON.stringify(bad)}; each must be KEY=VALUE`;
}

const option = (flag, value) => (value === '' ? [] : [flag, value]);

const pairsOf = (text) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
