import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openLogFile } from '../../tools/dev/log-file.ts';

it('openLogFile > appends from start to start, and empties a log file that is large', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-logs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const write = async (text: string, maxBytes: number): Promise<string> => {
    const file = openLogFile(join(folder, 'logs'), 'api', maxBytes);
    file.end(text);
    await once(file, 'finish');
    return readFileSync(join(folder, 'logs', 'api.log'), 'utf8');
  };
  expect(await write('one\n', 8)).toBe('one\n');
  expect(await write('second\n', 8)).toBe('one\nsecond\n');
  expect(await write('third\n', 8)).toBe('third\n');
  expect(statSync(join(folder, 'logs', 'api.log')).mode & 0o077).toBe(0);
});
