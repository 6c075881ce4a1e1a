const units = [
  { ms: 86_400_000, name: 'd' },
  { ms: 3_600_000, name: 'h' },
  { ms: 60_000, name: 'min' },
] as const;

/** A length of time for people: `0.25 s`, `8.4 s`, `42 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`. A negative one counts as none. */
export function durationInWords(lengthMs: number): string {
  const ms = Math.max(0, lengthMs);
  if (ms < 1000) return `${Number((ms / 1000).toFixed(2))} s`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const index = units.findIndex((unit) => seconds * 1000 >= unit.ms);
  const { ms: unitMs, name } = units[index] ?? units[2];
  const smaller = units[index + 1] ?? { ms: 1000, name: 's' };
  const whole = Math.floor((seconds * 1000) / unitMs);
  const rest = Math.floor((seconds * 1000 - whole * unitMs) / smaller.ms);
  return rest === 0 ? `${whole} ${name}` : `${whole} ${name} ${rest} ${smaller.name}`;
}
