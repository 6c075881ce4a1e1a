/** How a reader wants pages to be, kept in a cookie of the reader's browser that holds nothing else. */
export const themes = ['system', 'light', 'dark'] as const;
export const timeForms = ['relative', 'absolute'] as const;

export interface Preferences {
  readonly theme: (typeof themes)[number];
  /** `local` is the browser's, which a script alone knows; `UTC`; or a name of the IANA database. */
  readonly zone: string;
  readonly times: (typeof timeForms)[number];
  /** Whether single keys are shortcuts (WCAG 2.1.4). */
  readonly keys: boolean;
  /** Whether pages follow what happens. */
  readonly live: boolean;
}

export const defaultPreferences: Preferences = { theme: 'system', zone: 'local', times: 'relative', keys: true, live: true };

export const preferencesCookie = 'autodeploy_console';

/** Reads what a cookie, or the form of the settings, holds; each member that it does not hold as it may is the default. */
export function readPreferences(text: string): Preferences {
  const fields = new URLSearchParams(text);
  const oneOf = <Word extends string>(words: readonly Word[], name: string, fallback: Word): Word =>
    words.find((word) => word === fields.get(name)) ?? fallback;
  const zone = fields.get('zone')?.trim() ?? '';
  return {
    theme: oneOf(themes, 'theme', defaultPreferences.theme),
    times: oneOf(timeForms, 'times', defaultPreferences.times),
    zone: isZone(zone) ? zone : defaultPreferences.zone,
    keys: fields.get('keys') !== 'off',
    live: fields.get('live') !== 'off',
  };
}

/** As the value of the cookie. */
export const writePreferences = ({ theme, zone, times, keys, live }: Preferences): string =>
  new URLSearchParams({ theme, zone, times, keys: keys ? 'on' : 'off', live: live ? 'on' : 'off' }).toString();

/** Whether it is `local`, or a time zone that this service knows. */
export function isZone(zone: string): boolean {
  if (zone === 'local') return true;
  if (!/^[A-Za-z][\w+\-/]{1,63}$/.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
