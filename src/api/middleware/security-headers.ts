import { createMiddleware } from 'hono/factory';
import { secureHeaders } from 'hono/secure-headers';
import { boardBaseScriptHash } from '../pages/board-page.ts';
import type { ApiEnv } from '../env.ts';

/**
 * Everything comes from here and nothing may frame it. Bull Board and Swagger UI write style attributes, hence the one
 * 'unsafe-inline'; scripts are files of ours, but for one line of Bull Board's page that is named by its digest.
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

// TLS ends in front of us, and HSTS there would speak for every service of the host.
const headers = secureHeaders({ contentSecurityPolicy, strictTransportSecurity: false, xFrameOptions: 'DENY' });

/** Secure headers on every answer. Nothing is cached unless its route says so. */
export const securityHeaders = createMiddleware<ApiEnv>(async (c, next) => {
  await headers(c, next);
  if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
});
