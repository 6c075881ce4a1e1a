import { getCookie } from 'hono/cookie';
import type { Assets } from '../assets.ts';
import type { ConsoleDeps } from '../deps.ts';
import type { ConsoleContext } from '../env.ts';
import type { Frame } from './frame.ts';
import { defaultPreferences, preferencesCookie, readPreferences } from './preferences.ts';
import { consolePath, pathBelow, rootFrom } from './root.ts';

/** Makes the frame of each request. It is there also while the database is unavailable. */
export function createFrames({ ctx, prefixes, publicUrl, signIn, version }: ConsoleDeps, assets: Assets) {
  const frameOf = (c: ConsoleContext, pendingApprovals: number | null): Frame => {
    const { pathname, search, origin } = new URL(c.req.url);
    const below = pathBelow(pathname, prefixes);
    const mount = pathname.slice(0, pathname.length - below.length).replace(/\/?$/, '');
    const cookie = getCookie(c, preferencesCookie);
    return {
      root: rootFrom(pathname, prefixes),
      here: `${below}${search}`,
      caller: c.get('caller') ?? null,
      hasKeys: signIn !== null,
      preferences: cookie === undefined ? defaultPreferences : readPreferences(cookie),
      now: ctx.now(),
      serviceUrl: publicUrl ?? `${origin}${mount.slice(0, -consolePath.length)}`,
      version,
      projectName: ctx.settings.projectName,
      pendingApprovals,
      assets,
    };
  };
  return async (c: ConsoleContext): Promise<Frame> => {
    const isSignedIn = c.get('caller') !== undefined;
    const counts = isSignedIn ? await ctx.store.metrics.counts().catch(() => null) : null;
    return frameOf(c, counts?.deployments.awaiting_approval ?? null);
  };
}
