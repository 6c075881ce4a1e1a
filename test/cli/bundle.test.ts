import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { startApi } from '../api/harness.ts';
import { buildCli, machineNode } from './build.ts';

let program: string;

beforeAll(() => {
  program = buildCli();
});

afterAll(() => rmSync(dirname(program), { recursive: true, force: true }));

describe('npm run build:cli', () => {
  it('makes one executable file without dependencies, the same each time', () => {
    const text = readFileSync(program, 'utf8');
    expect(text.startsWith('#!/usr/bin/env node\n')).toBe(true);
    expect(statSync(program).mode & 0o111).toBe(0o111);
    const imports = [...text.matchAll(/^import .* from ["']([^"']+)["'];$/gm), ...text.matchAll(/require\("([^"]+)"\)/g)].map(
      ([, name = '']) => name,
    );
    expect(imports.filter((name) => !name.startsWith('node:'))).toEqual([]);
    expect(text).toContain('MIT License');
    const second = buildCli();
    expect(readFileSync(second, 'utf8')).toBe(text);
    rmSync(dirname(second), { recursive: true, force: true });
  });

  it('makes a program for the Node of this machine, in a folder without packages', () => {
    const output = execFileSync(machineNode, [program, '--version'], { cwd: dirname(program), encoding: 'utf8' });
    expect(output).toBe(`${packageJson.version}\n`);
  });
});

describe('the program in a pipe', () => {
  it('writes data to stdout alone, and no colors', async () => {
    const api = await startApi();
    const run = (...args: string[]) =>
      spawnSync(machineNode, [program, ...args], {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], AUTODEPLOY_URL: api.url, TERM: 'xterm' },
      });
    const started = await new Promise<string>((resolve) => setImmediate(() => resolve(run('--help').stdout)));
    expect(started).toMatch(/^Trains models .*\n\nExamples:\n/);
    expect(run('no-such-command')).toMatchObject({ status: 2, stdout: '' });
    expect(run()).toMatchObject({ status: 0, stderr: '' });
  });

  it('ends quietly when its reader has enough', () => {
    const command = `"${machineNode}" "${program}" --help | head -n 1`;
    const result = spawnSync('/bin/sh', ['-c', command], { encoding: 'utf8' });
    expect(result).toMatchObject({ status: 0, stderr: '' });
  });
});
