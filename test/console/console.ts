import { type Api, type ApiOptions, startApi } from '../api/harness.ts';
import type { ApiResponse } from '../api/request.ts';

export interface ConsoleUser {
  get: (path: string, headers?: Record<string, string>) => Promise<ApiResponse>;
  /** Sends a form as a browser does, from a page of the console. */
  post: (path: string, fields?: Record<string, string>, headers?: Record<string, string>) => Promise<ApiResponse>;
}

export const keys = { read: 'read-key-0123456789', operate: 'operate-key-0123456789', approve: 'approve-key-0123456789' };
const entries = [`rita:read:${keys.read}`, `otto:operate:${keys.operate}`, `anna:approve:${keys.approve}`];

/** Who uses the console with this cookie; below `/console`. */
export function userOf(api: Pick<Api, 'ask' | 'url'>, cookie = '', prefix = ''): ConsoleUser {
  const withCookie: Record<string, string> = cookie === '' ? {} : { cookie };
  return {
    get: (path, headers = {}) => api.ask('GET', `${prefix}/console${path}`, { headers: { ...withCookie, ...headers } }),
    post: (path, fields = {}, headers = {}) =>
      api.ask('POST', `${prefix}/console${path}`, {
        headers: { ...withCookie, origin: api.url, 'content-type': 'application/x-www-form-urlencoded', ...headers },
        raw: new URLSearchParams(fields).toString(),
      }),
  };
}

/** Signs in with a key, and returns the cookie. */
export async function signIn(api: Pick<Api, 'ask' | 'url'>, key: string): Promise<string> {
  const response = await userOf(api).post('/session', { key, to: '' });
  return response.headers.get('set-cookie')?.split(';')[0] ?? '';
}

/** The API with a key of each role. */
export const startWithKeys = (options: ApiOptions = {}): Promise<Api> => startApi({ apiKeys: entries, ...options });
