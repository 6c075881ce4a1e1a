import type { Asset, Assets } from '../assets.ts';
import type { ConsoleRoutes } from '../env.ts';
import { zoneOptions } from '../frame/settings-menu.ts';
import { noSuchPage } from '../refusal.ts';

/** The files of the pages, without a sign-in: they say nothing of any run. Their names change with their content. */
export function assetRoutes(app: ConsoleRoutes, assets: Assets): void {
  const byName = new Map<string, Asset>(
    [assets.style, assets.htmx, assets.icon, ...assets.scripts].map((one) => [one.name, one]),
  );
  app.get('/assets/:name', (c) => {
    const found = byName.get(c.req.param('name'));
    if (found === undefined) throw noSuchPage();
    const headers = { 'cache-control': 'private, max-age=31536000, immutable', etag: `"${found.name}"` };
    if (c.req.header('if-none-match') === headers.etag) return c.body(null, 304, headers);
    return c.body(found.content, 200, { ...headers, 'content-type': found.type });
  });
  app.get('/zones', (c) => {
    c.header('cache-control', 'private, max-age=86400');
    return c.html(zoneOptions());
  });
}
