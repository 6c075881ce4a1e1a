/** Who may import what (ARCHITECTURE.md). Paths are from the repository's top; a folder stands for all that is in it. */
interface Layer {
  readonly path: string;
  readonly mayImport: readonly string[];
  /** Of these only types, which leave nothing behind at run time. */
  readonly mayImportTypes?: readonly string[];
  /** All but the owned ones by default. */
  readonly packages?: readonly string[];
}

const ports = ['src/services/ports.ts', 'src/services/store.ts'];
const adapter = (path: string): Layer => ({ path, mayImport: [path, 'src/core', ...ports], mayImportTypes: ['src/config.ts'] });
const shared = ['src/core', 'src/services', 'src/queue', 'src/config', 'src/config.ts', 'src/logger.ts', 'src/metrics.ts'];

const simulator = 'packages/sagemaker-simulator';
const belowActions = ['resources', 'state', 'validation', 'call.ts', 'aws-error.ts'].map((path) => `${simulator}/src/${path}`);

export const layers: readonly Layer[] = [
  { path: 'src/core', mayImport: ['src/core'], packages: [] },
  { path: 'src/services', mayImport: ['src/core', 'src/services'], packages: ['node:crypto', 'node:timers/promises'] },
  { ...adapter('src/db'), mayImport: ['src/db', 'src/core', ...ports, 'package.json'] },
  adapter('src/queue'),
  adapter('src/sagemaker'),
  { path: 'src/api', mayImport: ['src/api', ...shared, 'package.json'] },
  { path: 'src/worker', mayImport: ['src/worker', ...shared] },
  { path: 'src/local', mayImport: ['src/local', 'src/line-writer.ts'] },
  { path: 'src/lambda', mayImport: ['src/lambda', 'src/core'] },
  { path: 'src/config', mayImport: ['src/config', 'src/core', 'src/services/ports.ts', 'src/line-writer.ts'] },
  { path: 'src/config.ts', mayImport: ['src/config', 'src/core', 'src/services/ports.ts'] },
  { path: 'src/logger.ts', mayImport: ['src/config.ts', 'src/core', 'src/line-writer.ts', 'src/services/ports.ts'] },
  { path: 'src/line-writer.ts', mayImport: [] },
  { path: 'src/on-crash.ts', mayImport: ['src/logger.ts'] },
  { path: 'src/on-stop.ts', mayImport: ['src/services/ports.ts'] },
  { path: 'src/metrics.ts', mayImport: ['src/core', 'src/services'] },
  { path: `${simulator}/src/state`, mayImport: [`${simulator}/src/state`], mayImportTypes: [`${simulator}/src`] },
  { path: `${simulator}/src/resources`, mayImport: belowActions, mayImportTypes: [`${simulator}/src`] },
  // An action never imports another one: what two of them need belongs in resources/.
  { path: `${simulator}/src/actions`, mayImport: belowActions, mayImportTypes: [`${simulator}/src`] },
  { path: simulator, mayImport: [simulator] },
];

/** A package is imported by its name; only its tests' harness has one door for the service's tests. */
export const mayReachIntoPackages = ['test/support/simulator.ts'];

/** Programs: they hand the parts to each other, and may import all of them. */
export const isProgram = (file: string): boolean => /(^|[/-])main\.ts$/.test(file);

/** What to do in place of importing this. */
export const instead: readonly { readonly path: string; readonly hint: string }[] = [
  { path: 'src/db', hint: 'Ask for the Store of src/services/store.ts, which a main.ts hands over.' },
  { path: 'src/sagemaker', hint: 'Ask for the Sagemaker of src/services/ports.ts, which a main.ts hands over.' },
  { path: 'src/queue', hint: 'Ask for the Queue of src/services/ports.ts, which a main.ts hands over.' },
  { path: 'src/api', hint: 'What API and workers share belongs in src/services.' },
  { path: 'src/worker', hint: 'What API and workers share belongs in src/services.' },
  {
    path: 'src/services',
    hint: 'Import only src/services/ports.ts and src/services/store.ts; what is true without them belongs in src/core.',
  },
  {
    path: 'src/config.ts',
    hint: 'Take the settings as an argument: ServiceSettings of src/services/ports.ts, or a type of src/config.ts.',
  },
  { path: 'src/logger.ts', hint: 'Ask for the Logger of src/services/ports.ts, which a main.ts hands over.' },
];

/** Packages that only one place knows, so that they can be replaced there. A name that ends in / stands for a scope. */
export const owned: readonly { readonly packages: readonly string[]; readonly by: readonly string[]; readonly hint: string }[] = [
  { packages: ['@aws-sdk/', '@smithy/'], by: ['src/sagemaker'], hint: 'Ask for the Sagemaker of src/services/ports.ts.' },
  {
    packages: ['bullmq'],
    by: ['src/queue', 'src/worker'],
    hint: 'Ask for the Queue of src/services/ports.ts, or import from src/queue.',
  },
  { packages: ['ioredis'], by: ['src/queue'], hint: 'Import a connection from src/queue.' },
  { packages: ['drizzle-orm', 'better-sqlite3'], by: ['src/db'], hint: 'Ask for the Store of src/services/store.ts.' },
  { packages: ['sagemaker-simulator'], by: ['src/local'], hint: 'The service knows only SageMaker; its image has no simulator.' },
];
