const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Returns milliseconds for `90s`, `10m`, `2h`, `1d` or `1h30m`; null for anything else, also for a number without a unit. */
export function parseDuration(text: string): number | null {
  if (!/^(\d+(\.\d+)?[smhd])+$/.test(text)) return null;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)([smhd])/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * unitMs[unit as keyof typeof unitMs], 0);
}

/** Returns `4.2 s`, `1m 05s`, `2h 03m` or `3d 04h`: two units at most. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
    `${large}${largeUnit} ${String(small).padStart(2, '0')}${smallUnit}`;
  if (whole < 3600) return two(Math.floor(whole / 60), 'm', whole % 60, 's');
  const minutes = Math.floor(whole / 60);
  if (minutes < 24 * 60) return two(Math.floor(minutes / 60), 'h', minutes % 60, 'm');
  const hours = Math.floor(minutes / 60);
  return two(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** Returns whole units that do not jump while they are counted: `8s`, `1m 05s`. */
export function formatClock(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  return seconds < 60 ? `${seconds}s` : formatDuration(seconds * 1000);
}

/** Returns `3m ago`, `2d ago`, for a list. */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds}s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ago`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)}h ago`;
  return `${Math.floor(seconds / 86_400)}d ago`;
}

/** Returns an instant to the second in UTC: `2026-11-27 03:17:29Z`. */
export const formatInstant = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')}Z`;
