/**
 * The page to try the API: Swagger UI from its own package, so that it needs no internet. (Scalar's bundle comes only with 287 MB
 * of dependencies, or from a CDN.)
 */
import { fileURLToPath } from 'node:url';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { etag } from 'hono/etag';
import swaggerUi from 'swagger-ui-dist/package.json' with { type: 'json' };
import { problemsPath } from '../problems/table.ts';
import { relativeBase } from './browser-path.ts';
import { problemsPage } from './problems-page.ts';
import type { ApiEnv } from '../env.ts';

export const docsPath = '/docs';
export const iconPath = '/favicon.ico';

const page = (base: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <base href="${base}">
    <title>sagemaker-autodeploy: the API</title>
    <link rel="stylesheet" href="swagger-ui.css">
    <style>.swagger-ui .opblock-body { overflow-x: auto; }</style>
    <link rel="icon" type="image/png" href="favicon-32x32.png">
  </head>
  <body>
    <div id="api"></div>
    <script src="swagger-ui-bundle.js"></script>
    <script src="start.js"></script>
  </body>
</html>
`;

/**
 * Follows the browser's theme, for which Swagger UI has a class. The address is absolute, because Swagger UI resolves the document's
 * relative server against it. No validator: it is a service of the web.
 */
const startScript = `const dark = matchMedia('(prefers-color-scheme: dark)');
const applyTheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', applyTheme);
applyTheme();
SwaggerUIBundle({
  url: new URL('../openapi.json', document.baseURI).href,
  dom_id: '#api',
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
`;

const files = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

/** They change with the package's version alone, so that no request has to read 1.4 MB for their digest. */
const filesEtag = `"${swaggerUi.version}"`;

/** Where a browser asks for a site's icon, which no page has to name. */
export const serveIcon = serveStatic({
  path: fileURLToPath(import.meta.resolve('swagger-ui-dist/favicon-32x32.png')),
  onFound: (_path, c) => {
    c.header('cache-control', 'private, max-age=86400');
    c.header('content-type', 'image/png');
  },
});

/** From a prefix to the page below it. Relative, because a proxy may have stripped another prefix. */
export const docsFrom = (pathname: string): string =>
  pathname.endsWith('/') ? docsPath.slice(1) : `${pathname.slice(pathname.lastIndexOf('/') + 1)}${docsPath}`;

/** To be mounted at `docsPath`, under any prefix. */
export function createDocs(): Hono<ApiEnv> {
  const docs = new Hono<ApiEnv>();
  docs.get('/', (c) => c.html(page(relativeBase(new URL(c.req.url).pathname, docsPath))));
  docs.get(problemsPath.slice(docsPath.length), (c) => c.html(problemsPage()));
  docs.get('/start.js', (c) => c.body(startScript, 200, { 'content-type': 'text/javascript; charset=utf-8' }));
  for (const file of files) {
    docs.get(
      `/${file}`,
      etag(),
      (c, next) => {
        c.header('etag', filesEtag);
        c.header('cache-control', 'private, max-age=3600');
        return next();
      },
      serveStatic({ path: fileURLToPath(import.meta.resolve(`swagger-ui-dist/${file}`)) }),
    );
  }
  return docs;
}
