import type { Environment } from '../core/environment.ts';
import { shown } from './errors.ts';

/** The proxies that calls of AWS go through, as Node's agents take them (`proxyEnv`). */
export interface Proxies {
  readonly HTTPS_PROXY?: string;
  readonly HTTP_PROXY?: string;
  readonly NO_PROXY?: string;
}

export interface ReadProxies {
  proxies: Proxies;
  faults: string[];
  /** What of their addresses is not to be seen. */
  secrets: string[];
}

const names = ['HTTPS_PROXY', 'HTTP_PROXY'] as const;
const may =
  'http:// or https://, then [user:password@]host[:port], of which what is no letter or digit is written as % and two digits';

/**
 * The proxies by the rules of the AWS CLI, which are those of Python's urllib: one for https and one for http addresses, the lower-case
 * names before the others (an empty one takes the other away), `http://` where no scheme is given. ALL_PROXY is not read.
 */
export function readProxies(env: Environment): ReadProxies {
  const read: ReadProxies = { proxies: {}, faults: [], secrets: [] };
  const proxies: Record<string, string> = {};
  for (const name of names) {
    const value = settingOf(env, name);
    if (value === '') continue;
    const address = addressOf(value);
    if (address === null) {
      read.faults.push(`${name} holds ${shown(name, value)}; it may hold ${may}`);
    } else {
      proxies[name] = address.href;
      read.secrets.push(...secretsOf(value, address));
    }
  }
  const except = exceptions(settingOf(env, 'NO_PROXY'));
  if (Object.keys(proxies).length > 0 && except !== '') proxies['NO_PROXY'] = except;
  return { ...read, proxies };
}

const settingOf = (env: Environment, name: string): string => (env[name.toLowerCase()] ?? env[name] ?? '').trim();

function addressOf(value: string): URL | null {
  if (/^(?!https?:)[a-z][a-z\d+.-]*:\/\//i.test(value)) return null;
  const address = /^https?:/i.test(value) ? value : `http://${value.replace(/^\/\//, '')}`;
  // A stray % would be found by the first call, when the agent decodes it.
  return URL.canParse(address) && !/%(?![\da-f]{2})/i.test(address) ? new URL(address) : null;
}

/** The password as it is written, as it is parsed and as the proxy receives it. */
function secretsOf(value: string, { username, password }: URL): string[] {
  if (password === '') return [];
  const [, written = password] = /:\/\/[^:@/]*:(.*)@/.exec(value) ?? [];
  const reported = decodeURIComponent(password);
  const header = Buffer.from(`${decodeURIComponent(username)}:${reported}`).toString('base64');
  return [...new Set([written, password, reported, header])];
}

/**
 * NO_PROXY in Node's terms: urllib takes each entry for the name itself and for the end of names, with or without a dot before it; Node
 * does so only with a dot, and for the name only without one. A `*` counts alone.
 */
function exceptions(list: string): string {
  if (list === '*') return list;
  const entries = list.split(',').map((entry) => entry.trim().replace(/^\.+/, ''));
  return entries.flatMap((entry) => (entry === '' || entry === '*' ? [] : [entry, `.${entry}`])).join(',');
}
