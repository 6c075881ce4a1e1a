import { setCookie, deleteCookie } from 'hono/cookie';
import { sessionCookie, sessionMs } from '../../ports/console-sessions.ts';
import type { ConsoleDeps } from '../deps.ts';
import type { ConsoleContext, ConsoleRoutes } from '../env.ts';
import { addressOf } from '../frame/frame.ts';
import { preferencesCookie, readPreferences, writePreferences } from '../frame/preferences.ts';
import { signInPage } from '../pages/sign-in.ts';
import { readForm } from '../read-form.ts';

const yearSeconds = 365 * 86_400;

/**
 * Signing in and out, and how pages are to be. The cookies have no path of their own, so that a browser takes the folder of the request's
 * (RFC 6265, section 5.1.4), which is `/console` behind whatever prefix a proxy has stripped: these routes lie directly below it.
 */
export function accountRoutes(app: ConsoleRoutes, { signIn }: ConsoleDeps): void {
  app.get('/session', (c) => {
    const frame = c.get('frame');
    const to = returnPath(c.req.query('to') ?? null);
    return frame.caller === null ? c.html(signInPage(frame, { to })) : c.redirect(addressOf(frame, to), 303);
  });

  app.post('/session', async (c) => {
    const form = readForm(c);
    const to = returnPath(form.get('to'));
    const key = (form.get('key') ?? '').trim();
    const opened = signIn === null || key === '' ? null : await signIn(key, c.env.incoming.socket.remoteAddress ?? '');
    if (opened === null && signIn !== null)
      return c.html(signInPage(c.get('frame'), { to, error: 'This key is none of API_KEYS' }), 401);
    if (opened !== null)
      setCookie(c, sessionCookie, opened.token, { ...cookieOptions(c), httpOnly: true, maxAge: sessionMs / 1000 });
    return c.redirect(addressOf(c.get('frame'), to), 303);
  });

  app.post('/sign-out', (c) => {
    deleteCookie(c, sessionCookie, { ...cookieOptions(c), httpOnly: true });
    return c.redirect(addressOf(c.get('frame'), ''), 303);
  });

  app.post('/preferences', (c) => {
    const form = readForm(c);
    const preferences = writePreferences(readPreferences(form.toString()));
    setCookie(c, preferencesCookie, preferences, { ...cookieOptions(c), maxAge: yearSeconds });
    return c.redirect(addressOf(c.get('frame'), returnPath(form.get('to'))), 303);
  });
}

/** `Secure` where the browser says that it came by https: the origin of the page whose form this is. */
const cookieOptions = (c: ConsoleContext) => ({
  path: undefined,
  sameSite: 'Strict' as const,
  secure: /^https:/i.test(c.req.header('origin') ?? ''),
});

/** A path below the console, with its query; nothing for what may lead elsewhere. */
export function returnPath(to: string | null): string {
  return to !== null && /^[\w.~%-]+(\/[\w.~%-]+)*(\?[\w.~%&=+,:/-]*)?$/.test(to) && !/(^|\/)\.{1,2}(\/|$|\?)/.test(to) ? to : '';
}
