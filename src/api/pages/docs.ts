/**
 * The page to try the API: Swagger UI from its own package, so that it needs no internet. (Scalar's bundle comes only with 287 MB
 * of dependencies, or from a CDN.)
 */
import { readFile } from 'node:fs/promises';
import { Hono } from 'hono';
import { relativeBase } from './browser-path.ts';
import type { ApiEnv } from '../env.ts';

export const docsPath = '/docs';

const page = (base: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
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

/** An absolute address, because Swagger UI resolves the document's relative server against it. No validator: it is a web service. */
const startScript = `SwaggerUIBundle({
  url: new URL('../openapi.json', document.baseURI).href,
  dom_id: '#api',
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
`;

const files = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
} as const;

const fileUrl = (name: string): URL => new URL(name, import.meta.resolve('swagger-ui-dist/package.json'));

/** To be mounted at `docsPath`, under any prefix. */
export function createDocs(): Hono<ApiEnv> {
  const docs = new Hono<ApiEnv>();
  docs.get('/', (c) => c.html(page(relativeBase(new URL(c.req.url).pathname, docsPath))));
  docs.get('/start.js', (c) => c.body(startScript, 200, { 'content-type': 'text/javascript; charset=utf-8' }));
  for (const [name, contentType] of Object.entries(files)) {
    docs.get(`/${name}`, async (c) =>
      c.body(new Uint8Array(await readFile(fileUrl(name))), 200, {
        'content-type': contentType,
        'cache-control': 'private, max-age=3600',
      }),
    );
  }
  return docs;
}
