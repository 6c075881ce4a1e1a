/** Which files may import which (ARCHITECTURE.md). Paths are from the repository's top folder; a folder stands for everything in it. */
interface Layer {
  readonly path: string;
  readonly mayImport: readonly string[];
  /** Only types of these, which do not exist at run time. */
  readonly mayImportTypes?: readonly string[];
  /** All but the owned ones by default. */
  readonly packages?: readonly string[];
}

/** Adapters implement the ports side by side: none imports another one. */
const adapter = (path: string): Layer => ({
  path,
  mayImport: [path, 'src/ports', 'src/core', 'src/async'],
  mayImportTypes: ['src/config'],
});

const simulator = 'packages/sagemaker-simulator';
const belowActions = ['resources', 'search', 'state', 'validation', 'call.ts', 'aws-error.ts'].map(
  (path) => `${simulator}/src/${path}`,
);

export const layers: readonly Layer[] = [
  { path: 'src/core', mayImport: ['src/core'], packages: [] },
  { path: 'src/async', mayImport: ['src/async'], packages: ['node:timers/promises'] },
  { path: 'src/ports', mayImport: ['src/ports', 'src/core'], packages: [] },
  {
    path: 'src/services',
    mayImport: ['src/services', 'src/ports', 'src/core', 'src/async'],
    packages: ['node:crypto', 'node:timers/promises'],
  },
  { ...adapter('src/db'), mayImport: ['src/db', 'src/ports', 'src/core', 'src/async', 'package.json'] },
  adapter('src/queue'),
  adapter('src/sagemaker'),
  adapter('src/notifications'),
  adapter('src/links'),
  adapter('src/tracing'),
  {
    path: 'src/observability',
    mayImport: ['src/observability', 'src/services', 'src/ports', 'src/core', 'src/async'],
    mayImportTypes: ['src/config'],
  },
  {
    path: 'src/config',
    mayImport: ['src/config', 'src/core', 'src/observability/line-writer.ts', 'src/notifications/addresses.ts'],
    mayImportTypes: ['src/ports'],
  },
  // The pages for people, which the API mounts.
  { path: 'src/console', mayImport: ['src/console', 'src/services', 'src/ports', 'src/core', 'src/async'] },
  {
    path: 'src/api',
    mayImport: [
      'src/api',
      'src/console',
      'src/services',
      'src/ports',
      'src/core',
      'src/async',
      'src/config',
      'src/queue',
      'src/observability',
      'package.json',
    ],
  },
  {
    path: 'src/worker',
    mayImport: ['src/worker', 'src/services', 'src/ports', 'src/core', 'src/async', 'src/queue'],
    mayImportTypes: ['src/config'],
  },
  // The composition root: only main.ts and the tests import it.
  {
    path: 'src/app',
    mayImport: [
      'src/app',
      'src/services',
      'src/ports',
      'src/core',
      'src/config',
      'src/db',
      'src/queue',
      'src/links',
      'src/sagemaker',
      'src/links',
      'src/observability',
      'package.json',
    ],
    mayImportTypes: ['src/api'],
  },
  { path: 'src/lambda', mayImport: ['src/lambda', 'src/core'] },
  // It speaks to the service over HTTP alone, and is bundled: what it imports is in each user's copy.
  { path: 'src/cli', mayImport: ['src/cli', 'src/core', 'docs/iam', 'package.json'], mayImportTypes: ['src/api/schemas'] },
  { path: `${simulator}/src/state`, mayImport: [`${simulator}/src/state`], mayImportTypes: [`${simulator}/src`] },
  { path: `${simulator}/src/resources`, mayImport: belowActions, mayImportTypes: [`${simulator}/src`] },
  // An action never imports another one: what two of them need belongs in resources/.
  { path: `${simulator}/src/actions`, mayImport: belowActions, mayImportTypes: [`${simulator}/src`] },
  { path: simulator, mayImport: [simulator] },
];

/** A package is imported by its name; these files may import the harness of its tests. */
export const mayReachIntoPackages = ['tools/testkit/simulator.ts'];

/** Programs compose the parts, and may import all of them. */
export const isProgram = (file: string): boolean => /(^|[/-])main\.ts$/.test(file);

/** What to do in place of importing this. */
export const instead: readonly { readonly path: string; readonly hint: string }[] = [
  { path: 'src/db', hint: 'Ask for the Store of src/ports/store.ts, which a main.ts passes.' },
  { path: 'src/sagemaker', hint: 'Ask for the SageMaker of src/ports/sagemaker.ts, which a main.ts passes.' },
  { path: 'src/queue', hint: 'Ask for the Queue of src/ports/queue.ts, which a main.ts passes.' },
  { path: 'src/notifications', hint: 'Ask for the Notifier of src/ports/notifier.ts, which a main.ts passes.' },
  { path: 'src/tracing', hint: 'Ask for the TraceExporter of src/ports/trace-exporter.ts, which a main.ts passes.' },
  { path: 'src/api', hint: 'Code that API and workers share belongs in src/services.' },
  { path: 'src/console', hint: 'Only src/api mounts the console; what both need belongs in src/services or src/core.' },
  { path: 'src/worker', hint: 'Code that API and workers share belongs in src/services.' },
  {
    path: 'src/services',
    hint: 'Import only src/ports; a rule that needs no services belongs in src/core.',
  },
  {
    path: 'src/config',
    hint: 'Take the settings as an argument: ServiceSettings of src/ports/settings.ts, or a type of src/config.',
  },
  { path: 'src/observability', hint: 'Ask for the Logger of src/ports/logger.ts, which a main.ts passes.' },
];

/** Packages that only one folder imports, so that they can be replaced there. A name that ends in / stands for a scope. */
export const owned: readonly { readonly packages: readonly string[]; readonly by: readonly string[]; readonly hint: string }[] = [
  { packages: ['@aws-sdk/rds-signer'], by: ['src/db'], hint: 'It signs the log-in to the database, and nothing else.' },
  { packages: ['@aws-sdk/', '@smithy/'], by: ['src/sagemaker'], hint: 'Ask for the SageMaker of src/ports/sagemaker.ts.' },
  {
    packages: ['bullmq'],
    by: ['src/queue', 'src/worker'],
    hint: 'Ask for the Queue of src/ports/queue.ts, or import from src/queue.',
  },
  { packages: ['ioredis'], by: ['src/queue'], hint: 'Import a connection from src/queue.' },
  { packages: ['drizzle-orm', 'better-sqlite3', 'pg'], by: ['src/db'], hint: 'Ask for the Store of src/ports/store.ts.' },
  { packages: ['standardwebhooks'], by: ['src/notifications'], hint: 'Ask for the Notifier of src/ports/notifier.ts.' },
  { packages: ['hono/jwt'], by: ['src/links'], hint: 'Ask for the ApprovalLinks of src/ports/approval-links.ts.' },
  { packages: ['commander'], by: ['src/cli'], hint: 'Only the command-line program has commands.' },
  { packages: ['yaml'], by: ['src/config'], hint: 'Take the value from the Config, as an argument.' },
  { packages: ['sagemaker-simulator'], by: ['tools/dev'], hint: 'The service knows only SageMaker; its image has no simulator.' },
];
