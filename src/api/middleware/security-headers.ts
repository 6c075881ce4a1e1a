import { createMiddleware } from 'hono/factory';
import { secureHeaders } from 'hono/secure-headers';
import { boardBaseScriptHash } from '../pages/board-page.ts';
import type { ApiEnv } from '../env.ts';

/**
 * Everything comes from this origin and no page may frame it. Bull Board and Swagger UI write style attributes, hence the one
 * 'unsafe-inline'; scripts are files of this origin, and one line of Bull Board's page that its digest allows.
 */
const contentSecurityPolicy = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'", boardBaseScriptHash],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  baseUri: ["'self'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
};

// A proxy ends TLS, and HSTS would hold for every service of its host.
const headers = secureHeaders({
  contentSecurityPolicy,
  strictTransportSecurity: false,
  xFrameOptions: 'DENY',
  // A page may have narrower ones of its own.
  overwrite: false,
});

/** Secure headers on every response. Nothing is cached unless its route allows it. */
export const securityHeaders = createMiddleware<ApiEnv>(async (c, next) => {
  await headers(c, next);
  if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
});
