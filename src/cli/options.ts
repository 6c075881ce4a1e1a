import { InvalidArgumentError } from 'commander';
import { parseDuration } from './durations.ts';

export const parseTimeout = (text: string): number => {
  const ms = parseDuration(text);
  if (ms === null || ms <= 0) throw new InvalidArgumentError('must be a time like 90s, 10m or 2h');
  return ms;
};

export const timeoutFlags = [
  '--timeout <time>',
  'end with exit code 8 when it is not over by then: 90s, 10m, 2h',
  parseTimeout,
] as const;

/** `24h` ago, or an instant in ISO 8601. Returns ISO 8601. */
export const parseSince =
  (now: () => number) =>
  (text: string): string => {
    const ms = parseDuration(text);
    if (ms !== null) return new Date(now() - ms).toISOString();
    const isInstant = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
    if (!isInstant || Number.isNaN(Date.parse(text)))
      throw new InvalidArgumentError('must be a time like 24h, or an instant like 2026-11-24T15:00:00Z');
    return text;
  };

export const parseCount =
  (from: number, to: number) =>
  (text: string): number => {
    const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (!(count >= from && count <= to)) throw new InvalidArgumentError(`must be an integer from ${from} to ${to}`);
    return count;
  };

/** `KEY=VALUE`, which may be given several times. */
export const collectPair = (text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> => {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('must be KEY=VALUE');
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`has ${name} twice`);
  return { ...before, [name]: value };
};

export const parseReason = (text: string): string => {
  if (text.trim() === '') throw new InvalidArgumentError('must say why');
  return text;
};
