import type { Environment } from '../../core/environment.ts';
import type { TextOutput } from '../cli.ts';

export type Tone = 'good' | 'bad' | 'busy' | 'quiet' | 'strong' | 'warn';

const codes: Record<Tone, readonly [open: number, close: number]> = {
  good: [32, 39],
  bad: [31, 39],
  busy: [36, 39],
  warn: [33, 39],
  quiet: [2, 22],
  strong: [1, 22],
};

/** How a text is shown on one output. Color never carries a meaning that the words do not. */
export interface Style {
  paint: (tone: Tone, text: string) => string;
  /** Whether it shows more than ASCII. */
  unicode: boolean;
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '';

const isAccessible = (env: Environment): boolean => isSet(env['AUTODEPLOY_ACCESSIBLE']) && env['AUTODEPLOY_ACCESSIBLE'] !== '0';

/** A terminal that can move its cursor, whose user wants a view that changes in place. */
export const redraws = (output: TextOutput, env: Environment): boolean =>
  output.isTTY === true && env['TERM'] !== 'dumb' && !isAccessible(env);

/** NO_COLOR: https://no-color.org, set and not empty. */
const hasColor = (output: TextOutput, env: Environment): boolean =>
  output.isTTY === true && env['TERM'] !== 'dumb' && !isSet(env['NO_COLOR']);

/** The first of the three that is set counts, as setlocale(3) says; macOS terminals may set none of them. */
const hasUnicode = (env: Environment): boolean => {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(isSet);
  return (
    env['TERM'] !== 'dumb' &&
    env['TERM'] !== 'linux' &&
    (locale === undefined ? env['TERM_PROGRAM'] !== undefined : /utf-?8/i.test(locale))
  );
};

export function styleOf(output: TextOutput, env: Environment): Style {
  const paints = hasColor(output, env);
  return {
    unicode: hasUnicode(env),
    paint: (tone, text) => {
      const [open, close] = codes[tone];
      return paints && text !== '' ? `\u001b[${open}m${text}\u001b[${close}m` : text;
    },
  };
}

/** The tone of a run's or a deployment's status. */
export function toneOfStatus(status: string): Tone {
  switch (status) {
    case 'completed':
    case 'deployed':
      return 'good';
    case 'failed':
    case 'timed_out':
    case 'rolled_back':
    case 'rejected':
      return 'bad';
    case 'awaiting_approval':
      return 'warn';
    case 'requested':
    case 'training':
    case 'queued':
    case 'in_progress':
      return 'busy';
    default:
      return 'quiet';
  }
}
