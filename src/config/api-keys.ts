import { type Role, roles } from '../core/access/role.ts';

/** A key of API_KEYS. */
export interface ApiKey {
  readonly name: string;
  readonly role: Role;
  readonly key: string;
}

type ReadApiKeys = { readonly keys: readonly ApiKey[] } | { readonly fault: string };

/** What API_KEYS may hold, in words. */
export const apiKeysInWords =
  'keys of 2 to 512 visible ASCII characters (better 16 and more), each alone or as NAME:ROLE:KEY, separated by commas';

/**
 * Reads API_KEYS. A key alone has every role, and its place in the list, counted from 1, names it: `key-2`. A key alone may hold one
 * colon. With two it is read as NAME:ROLE:KEY, where KEY may hold further ones. The fault, which follows the variable's name, shows nothing
 * of an entry but its place: a mistake may have put the key where the name belongs.
 */
export function readApiKeys(value: string): ReadApiKeys {
  const keys: ApiKey[] = [];
  for (const [index, entry] of value.split(',').entries()) {
    const place = index + 1;
    const read = readEntry(entry.trim(), place);
    const fault = 'fault' in read ? read.fault : repetition(read, keys);
    if (fault !== null) return { fault: `holds ${fault.holds} in entry ${place}; it may hold ${fault.may}` };
    if ('key' in read) keys.push(read);
  }
  return { keys };
}

interface Fault {
  holds: string;
  may: string;
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/;
const keyPattern = /^[!-~]{2,512}$/;
const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text);
const ofRole = `NAME:ROLE:KEY, where ROLE is ${roles.slice(0, -1).join(', ')} or ${roles.at(-1)}`;

function readEntry(entry: string, place: number): ApiKey | { fault: Fault } {
  const parts = entry.split(':');
  if (parts.length < 3) {
    // `alice:read` would be a key that any caller guesses.
    if (parts.length === 2 && parts.some(isRole)) {
      return { fault: { holds: 'a role without a name and a key', may: `a key alone, or ${ofRole}` } };
    }
    return keyPattern.test(entry) ? { name: `key-${place}`, role: 'approve', key: entry } : { fault: unfitKey };
  }
  const [name = '', role = '', ...rest] = parts;
  const key = rest.join(':');
  if (!isRole(role)) {
    return { fault: { holds: 'an unknown role', may: `${ofRole}; a key with two colons needs a name and a role before it` } };
  }
  if (!namePattern.test(name)) {
    const may = 'names of 64 letters, digits and ._@+- at most, which begin with a letter or digit';
    return { fault: { holds: 'a name that does not fit', may } };
  }
  return keyPattern.test(key) ? { name, role, key } : { fault: unfitKey };
}

const unfitKey: Fault = { holds: 'a key that does not fit', may: apiKeysInWords };

/** Two callers of one name would look like one, and one key would have two roles. */
function repetition({ name, key }: ApiKey, before: readonly ApiKey[]): Fault | null {
  if (before.some((other) => other.key === key)) return { holds: 'a key that is there already', may: 'each key once' };
  if (before.some((other) => other.name.toLowerCase() === name.toLowerCase())) {
    return {
      holds: 'a name that is there already',
      may: 'each name once, in whatever case; a key alone has the name key-N, where N is its place',
    };
  }
  return null;
}
