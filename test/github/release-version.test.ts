import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { root } from '../docs/markdown.ts';

/** What scripts/release-version.mjs reads. */
const files = [
  'scripts/release-version.mjs',
  'scripts/setup/root.mjs',
  'package.json',
  'packages/sagemaker-simulator/package.json',
  'infra/helm/sagemaker-autodeploy/Chart.yaml',
  'clients/python/autodeploy.py',
  'CHANGELOG.md',
];

/** A copy of those files, in which `edit` has changed one. */
function run(args: string[], edit: (path: string, text: string) => string = (_, text) => text) {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-release-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const path of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path));
    writeFileSync(join(folder, path), edit(path, readFileSync(join(folder, path), 'utf8')));
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/release-version.mjs', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
const released = (path: string, text: string): string =>
  path === 'CHANGELOG.md' ? text.replace('## [Unreleased]', `## [Unreleased]\n\n## [${version}] - 2026-12-01`) : text;

describe('release-version', () => {
  it('prints the version that all files have, and what the changelog says about it', () => {
    expect(run([`v${version}`], released)).toEqual({ status: 0, stdout: `version=${version}\n`, stderr: '' });
    const notes = run([`v${version}`, '--notes'], released);
    expect(notes).toMatchObject({ status: 0, stderr: '' });
    expect(notes.stdout).toMatch(/^### Added\n/);
    expect(notes.stdout).not.toContain('Unreleased');
  });

  it.each(files.slice(2))('refuses a tag whose version is not in %s', (other) => {
    const { status, stderr } = run([`v${version}`], (path, text) =>
      path === other ? text.replaceAll(version, '9.9.9') : released(path, text),
    );
    expect(status).toBe(1);
    expect(stderr).toContain(other);
  });

  it('refuses what is no tag of a release', () => {
    for (const tag of ['', version, `v${version}-rc.1`, 'v1']) expect(run([tag]).status).toBe(2);
  });
});
