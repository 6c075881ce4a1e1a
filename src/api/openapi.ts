import packageJson from '../../package.json' with { type: 'json' };
import type { Routes } from './env.ts';
import { loopbackHosts } from './middleware/web-origins.ts';
import { needsKey, securitySchemes } from './routes/security.ts';

export const openApiPath = '/openapi.json';

const description = [
  packageJson.description,
  'Errors are RFC 9457 problems with a stable `code`. Times are ISO 8601 in UTC.',
  'An `invalid_request` lists every faulty parameter, header and field of the body at once.',
  `Without keys the service accepts only requests whose Host is ${loopbackHosts}. Web pages of other origins may change nothing.`,
  'Once keys are configured, everything but `/health` needs one. Pages and `/metrics` also take it as the password of HTTP basic.',
].join('\n\n');

type Document = ReturnType<Routes['getOpenAPI31Document']>;

/** Describes the API as it is served at `pathname`'s folder. */
export function describeApi(routes: Routes): (pathname: string) => Document {
  const { openAPIRegistry: registry } = routes;
  for (const [name, scheme] of Object.entries(securitySchemes)) registry.registerComponent('securitySchemes', name, scheme);

  const document = routes.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: packageJson.name,
      version: packageJson.version,
      description,
      license: { name: packageJson.license, url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    security: needsKey,
    tags: [
      { name: 'training', description: 'Training runs' },
      { name: 'deployment', description: 'Deployments and endpoints' },
      { name: 'operation', description: 'Health, metrics and pages' },
    ],
  });

  // Relative where there is no prefix: a proxy may have stripped one, and the client resolves it against this document's address.
  return (pathname) => ({ ...document, servers: [{ url: pathname.slice(0, -openApiPath.length) || './' }] });
}
