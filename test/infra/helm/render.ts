import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { helmBinary } from './binary.ts';

const run = promisify(execFile);

export const chart = 'infra/helm/sagemaker-autodeploy';

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; annotations?: Record<string, string>; labels?: Record<string, string> };
  [member: string]: unknown;
}

/** Helm's own environment: no configuration of the machine's user. */
const env = {
  PATH: process.env['PATH'],
  HELM_CONFIG_HOME: '/nonexistent',
  HELM_CACHE_HOME: '/nonexistent',
  HELM_DATA_HOME: '/nonexistent',
};

export async function helm(...args: string[]): Promise<string> {
  const { stdout } = await run(await helmBinary(), args, { env, maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}

/**
 * What Helm makes of the chart with these values, laid over the values of a file in the chart's ci/.
 *
 * @throws an error with Helm's own words, where it refuses.
 */
export function render(base: 'minimal' | 'full', values: object = {}): Promise<Manifest[]> {
  const key = JSON.stringify([base, values]);
  const known = rendered.get(key) ?? renderNow(base, values);
  rendered.set(key, known);
  return known;
}

const rendered = new Map<string, Promise<Manifest[]>>();

async function renderNow(base: string, values: object): Promise<Manifest[]> {
  const folder = await mkdtemp(join(tmpdir(), 'helm-values-'));
  try {
    const file = join(folder, 'values.json');
    await writeFile(file, JSON.stringify(values));
    const text = await helm(
      'template',
      'release',
      chart,
      '--namespace',
      'ml',
      '--values',
      `${chart}/ci/${base}-values.yaml`,
      '--values',
      file,
    );
    const documents = parseAllDocuments(text);
    if (!Array.isArray(documents)) throw new Error('nothing rendered');
    return documents.flatMap((document) => {
      if (document.errors.length > 0) throw new Error(document.errors.map(({ message }) => message).join('\n'));
      const manifest = document.toJS() as Manifest | null;
      return manifest === null ? [] : [manifest];
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

export function one(manifests: Manifest[], kind: string, suffix = ''): Manifest {
  const [found, ...more] = manifests.filter((manifest) => manifest.kind === kind && manifest.metadata.name.endsWith(suffix));
  if (found === undefined || more.length > 0) throw new Error(`not one ${kind} …${suffix}`);
  return found;
}
