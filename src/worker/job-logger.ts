import type { Logger } from '../ports/logger.ts';

type Level = 'debug' | 'info' | 'warn' | 'error';
const longestRow = 1000;

/**
 * Returns a logger for the work on one job: each line goes to the process's log with the given fields. A line of level info or above
 * also goes to `report`, as a row for people, without what is bound: all rows of a job would repeat it.
 */
export function createJobLogger(log: Logger, fields: object, report: (row: string) => void): Logger {
  const bound = fields as Readonly<Record<string, unknown>>;
  const at =
    (level: Level) =>
    (own: object, message: string): void => {
      const all = { ...fields, ...own };
      log[level](all, message);
      if (level === 'debug') return;
      report(
        formatRow(
          level,
          message,
          Object.entries(own).filter(([name, value]) => bound[name] !== value && name !== 'event' && addsTo(message, value)),
        ),
      );
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (more) => createJobLogger(log, { ...fields, ...more }, report),
  };
}

function formatRow(level: Level, message: string, details: readonly [string, unknown][]): string {
  const words = details.map(([name, value]) => `${name === 'err' ? 'error' : name}: ${formatValue(value)}`);
  const row = [
    new Date().toISOString(),
    ...(level === 'info' ? [] : [level.toUpperCase()]),
    message,
    ...(words.length === 0 ? [] : [`(${words.join(', ')})`]),
  ].join(' ');
  return row.length > longestRow ? `${row.slice(0, longestRow - 1)}…` : row;
}

/** Whether a value says more than the message already does. */
const addsTo = (message: string, value: unknown): boolean =>
  value !== null && value !== undefined && !(typeof value === 'string' && message.includes(value));

function formatValue(value: unknown): string {
  if (value instanceof Error) return value.message;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
