/**
 * What keeps web pages away. A browser on the same machine sends whatever any page asks for, to loopback addresses too, and a page may
 * have its own name lead there (DNS rebinding): then it is of one origin with us and reads every answer. Without keys nothing else
 * stands between such a page and a training that costs money.
 */
import { createMiddleware } from 'hono/factory';
import type { ApiEnv } from '../env.ts';
import { ApiError } from '../problems/table.ts';

const octet = '(25[0-5]|2[0-4]\\d|1\\d{2}|[1-9]?\\d)';
const port = '(:(6553[0-5]|655[0-2]\\d|65[0-4]\\d{2}|6[0-4]\\d{3}|[1-5]?\\d{1,4}))?';
const loopbackHost = new RegExp(`^(localhost|127(\\.${octet}){3}|\\[::1\\])${port}$`, 'i');

/**
 * Whether a `Host` header names this machine for certain: `localhost`, 127.0.0.0/8 or `[::1]`, with or without a port. Not 0.0.0.0, nor
 * any other way to write such an address: browsers write them in this one, and a name can be made to lead anywhere.
 */
export const isLoopbackHost = (host: string): boolean => loopbackHost.test(host);

const originForm = /^(https?):\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/i;
const hostForm = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/i;

/**
 * Whether a page of this origin came from us: from the host and port that the request names itself, or from the public address. The
 * scheme is not compared with ours, since TLS may end in front of us; headers that say how (X-Forwarded-…) can be made up.
 */
export function isOwnOrigin(origin: string, host: string | undefined, publicUrl: string | null): boolean {
  const [, scheme, name, givenPort] = originForm.exec(origin.toLowerCase()) ?? [];
  if (scheme === undefined || !URL.canParse(origin)) return false;
  if (publicUrl !== null && new URL(publicUrl).origin === new URL(origin).origin) return true;
  const [, ownName, ownPort] = hostForm.exec(host?.toLowerCase() ?? '') ?? [];
  const standard = scheme === 'https' ? '443' : '80';
  return ownName === name && (ownPort ?? standard) === (givenPort ?? standard);
}

/** For an API without keys: only what was meant for this machine by name is served. */
export const refuseForeignHosts = createMiddleware<ApiEnv>(async (c, next) => {
  const host = c.req.header('host');
  // The address of the request line is another one where a proxy was meant.
  const addressed = new URL(c.req.url).host;
  if (host !== undefined && isLoopbackHost(host) && isLoopbackHost(addressed)) return next();
  throw new ApiError(
    'foreign_host',
    'Without API_KEYS only requests to localhost, 127.0.0.1 or [::1] are served, by the name in Host; with API_KEYS all are',
  );
});

const changesNothing: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** Pages of others change nothing, with or without keys. What is no browser sends neither of the two headers. */
export const refuseForeignOrigins = (publicUrl: string | null) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    if (changesNothing.includes(c.req.method)) return next();
    const origin = c.req.header('origin');
    const site = c.req.header('sec-fetch-site');
    const isForeign = origin !== undefined && !isOwnOrigin(origin, c.req.header('host'), publicUrl);
    if (!isForeign && site !== 'cross-site' && site !== 'same-site') return next();
    throw new ApiError(
      'cross_site_request',
      'Pages of other origins may not send this request. Where a proxy in front of this service changes Host, PUBLIC_URL says which origin is its own',
    );
  });
