import { StoreUnavailableError } from '../core/errors.ts';
import { openLineWriter } from '../observability/line-writer.ts';

/** The environment can't be used; one line a fault, fit to be printed: no line holds a secret. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

/** EX_CONFIG of sysexits.h: the process can't run as it is configured. */
export const exitCodeBadConfig = 78;

/**
 * The loaded configuration; with a bad environment prints its faults, a line each, and ends the process with code 78. `further`
 * looks for faults in what others read of the environment.
 */
export async function configOrExit<T>(load: () => T, further: () => Promise<readonly string[]> = async () => []): Promise<T> {
  const loaded = attempt(load);
  const faults = [...('faults' in loaded ? loaded.faults : []), ...(await further())];
  return 'value' in loaded && faults.length === 0 ? loaded.value : exitWithFaults(faults);
}

/** Prints what has to be changed before the process can run, a line each, and ends it with code 78. */
export function exitWithFaults(faults: readonly string[]): never {
  const stderr = openLineWriter(2);
  for (const fault of faults) stderr.write(`${fault}\n`);
  return process.exit(exitCodeBadConfig);
}

function attempt<T>(load: () => T): { value: T } | { faults: readonly string[] } {
  try {
    return { value: load() };
  } catch (error) {
    if (error instanceof ConfigError) return { faults: error.faults };
    throw error;
  }
}

/** Ends the process with code 78 for a database that can't be used as it is set up; throws any other error on. */
export function exitOnUnusableDatabase(databaseUrl: string, error: unknown): never {
  if (!(error instanceof StoreUnavailableError) || !error.needsRepair) throw error;
  openLineWriter(2).write(`DATABASE_URL holds ${shown('DATABASE_URL', databaseUrl)}. ${error.message}\n`);
  return process.exit(exitCodeBadConfig);
}

const secretNames: ReadonlySet<string> = new Set([
  'API_KEYS',
  'LINK_SIGNING_KEY',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'REDIS_SENTINEL_PASSWORD',
]);
const urlNames: ReadonlySet<string> = new Set([
  'REDIS_URL',
  'DATABASE_URL',
  'PUBLIC_URL',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'HTTPS_PROXY',
  'HTTP_PROXY',
]);

export const shownSecret = 'a value that is not shown';

/** What a variable holds, for people to read: never a secret, credentials in an address replaced. */
export function shown(name: string, value: string): string {
  if (secretNames.has(name)) return shownSecret;
  return JSON.stringify(urlNames.has(name) ? withoutCredentials(value) : value);
}

/** Works on what is no URL too: a malformed address is just what a fault has to show. */
function withoutCredentials(address: string): string {
  return address
    .replace(/^([a-z+]*:?\/*).*@/is, '$1***@')
    .replace(/\/\/:.*$/s, '//***')
    .replace(/\?.*$/s, '?***');
}
