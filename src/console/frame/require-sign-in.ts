import { createMiddleware } from 'hono/factory';
import type { ConsoleEnv } from '../env.ts';
import { addressOf } from './frame.ts';
import { signInPage } from '../pages/sign-in.ts';
import { Refusal } from '../refusal.ts';

/** Leads to the form of the sign-in, which comes back to the page. A form of a session that is over is refused. */
export const requireSignIn = createMiddleware<ConsoleEnv>(async (c, next) => {
  const frame = c.get('frame');
  if (frame.caller !== null) return next();
  if (c.req.method !== 'GET' && c.req.method !== 'HEAD') return c.html(signInPage(frame, { to: '' }), 401);
  const query = frame.here === '' ? '' : `?${new URLSearchParams({ to: frame.here }).toString()}`;
  return c.redirect(addressOf(frame, `session${query}`), 303);
});

/**
 * Refuses a form that no page of this service sent. What names another origin the API has refused before; here a change also needs the
 * browser's word that it comes from this one, since the cookie of a session goes with it.
 */
export const refuseUnlessOwnPage = createMiddleware<ConsoleEnv>(async (c, next) => {
  const isChange = c.req.method !== 'GET' && c.req.method !== 'HEAD';
  if (!isChange || c.req.header('origin') !== undefined || c.req.header('sec-fetch-site') === 'same-origin') return next();
  throw new Refusal({
    status: 403,
    title: 'Refused: not sent by a page of this service',
    code: 'cross_site_request',
    detail: 'A change is taken from a page of the console alone; programs use the API, with a key',
  });
});
