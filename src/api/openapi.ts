import packageJson from '../../package.json' with { type: 'json' };
import type { Routes } from './env.ts';
import { withExample } from './examples.ts';
import { loopbackHosts } from './middleware/web-origins.ts';
import { shareResponses, withEntityTag } from './shared-responses.ts';
import { accessBy, needsRole, securitySchemes, unsaid } from './routes/security.ts';

export const openApiPath = '/openapi.json';

const description = [
  packageJson.description,
  'Errors are RFC 9457 problems with a stable `code`. Times are ISO 8601 in UTC.',
  'An `invalid_request` lists every faulty parameter, header and field of the body at once.',
  `Without keys the service accepts only requests whose Host is ${loopbackHosts}. Web pages of other origins may change nothing.`,
  'Once keys are configured, everything but `/health` needs one. Pages and `/metrics` also take it as the password of HTTP basic.',
  'A key has a role: `read` looks, `operate` also starts, stops and deploys, `approve` does all. Each operation says which one it needs.',
  'There is one API, without a version in its paths. `version` is a semantic version: within a major version nothing is taken away or ' +
    'changes its meaning, and what is added is to be ignored by those who do not know it. What is deprecated says so here (`deprecated`), ' +
    'with what to use in its place, and works for at least one major version more.',
].join('\n\n');

type Document = ReturnType<Routes['getOpenAPI31Document']>;
type PathItem = NonNullable<Document['paths']>[string];

/** With an example of its success; and with its role, since pages that show the document leave out those of `security`. */
function withRolesAndExamples(item: PathItem): PathItem {
  const operations = mapValues({ get: item.get, post: item.post, put: item.put, delete: item.delete }, (operation) => {
    if (operation === undefined) return undefined;
    const { access, role } = accessBy(operation.security);
    const needed = access === 'open' ? [] : [`Needs a key with the role \`${role}\`.`];
    const text = [operation.description, ...needed].filter((part) => part !== undefined).join('\n\n');
    return withExample(text === '' ? operation : { ...operation, description: text });
  });
  return { ...item, ...Object.fromEntries(Object.entries(operations).filter(([, operation]) => operation !== undefined)) };
}

const mapValues = <T, R>(values: Record<string, T>, to: (value: T) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, to(value)]));

/** Describes the API as it is served at `pathname`'s folder. */
export function describeApi(routes: Routes): (pathname: string) => Document {
  const { openAPIRegistry: registry } = routes;
  for (const [name, scheme] of Object.entries(securitySchemes)) registry.registerComponent('securitySchemes', name, scheme);

  const described = routes.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: packageJson.name,
      version: packageJson.version,
      description,
      contact: { name: `The maintainers of ${packageJson.name}` },
      license: { name: packageJson.license, url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    security: needsRole(unsaid.role),
    tags: [
      { name: 'training', description: 'Training runs' },
      { name: 'deployment', description: 'Deployments and endpoints' },
      { name: 'operation', description: 'Health, metrics and pages' },
    ],
  });

  const paths = mapValues(described.paths ?? {}, (item) => withEntityTag(withRolesAndExamples(item)));
  const document = shareResponses({ ...described, paths });

  // Relative where there is no prefix: a proxy may have stripped one, and the client resolves it against this document's address.
  return (pathname) => ({ ...document, servers: [{ url: pathname.slice(0, -openApiPath.length) || './' }] });
}
