/**
 * Keeps web pages of other origins out. A browser sends the requests of any page, to loopback addresses too, and a page may resolve its
 * own name to one (DNS rebinding): then it has the same origin as this service and reads every response. Without keys nothing else
 * stands between such a page and a training that costs money.
 */
import { createMiddleware } from 'hono/factory';
import { anyone } from '../../core/access/role.ts';
import type { ApiEnv } from '../env.ts';
import { ApiError } from '../problems/api-error.ts';

const octet = '(25[0-5]|2[0-4]\\d|1\\d{2}|[1-9]?\\d)';
const port = '(:(6553[0-5]|655[0-2]\\d|65[0-4]\\d{2}|6[0-4]\\d{3}|[1-5]?\\d{1,4}))?';
/** What `isLoopbackHost` accepts, in words. */
export const loopbackHosts = 'localhost, an address of 127.0.0.0/8, or [::1]';
const loopbackHost = new RegExp(`^(localhost|127(\\.${octet}){3}|\\[::1\\])${port}$`, 'i');

/**
 * Whether a `Host` header is certain to name this machine: `localhost`, 127.0.0.0/8 or `[::1]`, with or without a port. Not 0.0.0.0, nor
 * any other form of such an address: browsers use these forms, and a name may resolve to any address.
 */
export const isLoopbackHost = (host: string): boolean => loopbackHost.test(host);

const originForm = /^(https?):\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/i;
const hostForm = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/i;

/**
 * Whether a page of this origin comes from this service: from the host and port that the request itself names, or from the public
 * address. The scheme is not compared, since a proxy may end TLS; headers that report it (X-Forwarded-…) can be forged.
 */
export function isOwnOrigin(origin: string, host: string | undefined, publicUrl: string | null): boolean {
  const [, scheme, name, givenPort] = originForm.exec(origin.toLowerCase()) ?? [];
  if (scheme === undefined || !URL.canParse(origin)) return false;
  if (publicUrl !== null && new URL(publicUrl).origin === new URL(origin).origin) return true;
  const [, ownName, ownPort] = hostForm.exec(host?.toLowerCase() ?? '') ?? [];
  const standard = scheme === 'https' ? '443' : '80';
  return ownName === name && (ownPort ?? standard) === (givenPort ?? standard);
}

/** For an API without keys: serves only requests that name a loopback host, and lets them do all. */
export const refuseForeignHosts = createMiddleware<ApiEnv>(async (c, next) => {
  const host = c.req.header('host');
  // The request line has an address of its own where the client takes this service for a proxy.
  const addressed = new URL(c.req.url).host;
  if (host !== undefined && isLoopbackHost(host) && isLoopbackHost(addressed)) {
    c.set('caller', anyone);
    return next();
  }
  throw new ApiError(
    'foreign_host',
    `Without API_KEYS only requests whose Host is ${loopbackHosts} are served; with API_KEYS every host is`,
  );
});

const changesNothing: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** Refuses changes that a page of another origin sends, with or without keys. Only browsers send the two headers. */
export const refuseForeignOrigins = (publicUrl: string | null) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    if (changesNothing.includes(c.req.method)) return next();
    const origin = c.req.header('origin');
    const site = c.req.header('sec-fetch-site');
    const isForeign = origin !== undefined && !isOwnOrigin(origin, c.req.header('host'), publicUrl);
    if (!isForeign && site !== 'cross-site' && site !== 'same-site') return next();
    throw new ApiError(
      'cross_site_request',
      'Pages of other origins may not send this request. Where a proxy changes Host, PUBLIC_URL has to name the origin of this service',
    );
  });
