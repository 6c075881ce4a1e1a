import { isIP } from 'node:net';
import type { ApiKey } from './api-keys.ts';

/** Every client that reaches the address may guess. */
const shortestOpenKey = 4;

/** What an address that other machines reach demands of the keys, a line each. A malformed variable has no value. */
export function openAddressFaults({ HOST: host, API_KEYS: keys }: { HOST?: string; API_KEYS?: readonly ApiKey[] }): string[] {
  if (host === undefined || keys === undefined || isLoopback(host)) return [];
  if (keys.length === 0) {
    return [
      `HOST holds ${JSON.stringify(host)}; without API_KEYS it may hold only a loopback address: 127.0.0.1, ::1 or localhost`,
    ];
  }
  if (keys.every(({ key }) => key.length >= shortestOpenKey)) return [];
  return [
    `API_KEYS holds a key of fewer than ${shortestOpenKey} characters; where HOST is no loopback address each may have ${shortestOpenKey} and more`,
  ];
}

function isLoopback(host: string): boolean {
  return isIP(host) === 4 ? host.startsWith('127.') : host === '::1' || host === 'localhost';
}
