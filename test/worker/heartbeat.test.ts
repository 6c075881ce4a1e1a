import { mkdtempSync, rmSync, statSync, unlinkSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { hasFreshHeartbeat } from '../../tools/dev/readiness.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { startHeartbeat } from '../../src/worker/heartbeat.ts';

it('touches the file while the worker is healthy, also one that is there, or that is gone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-heartbeat-'));
  const path = join(folder, 'heartbeat');
  let isHealthy = true;
  const heartbeat = startHeartbeat(path, () => isHealthy);
  onTestFinished(async () => {
    await heartbeat.stop();
    rmSync(folder, { recursive: true });
  });
  const isTouched = (): Promise<unknown> => eventually(hasFreshHeartbeat(path, Date.now() - 500), Boolean, { withinMs: 20_000 });
  await isTouched();
  utimesSync(path, new Date(0), new Date(0));
  await isTouched();
  unlinkSync(path);
  await isTouched();
  isHealthy = false;
  utimesSync(path, new Date(0), new Date(0));
  await new Promise((resolve) => setTimeout(resolve, 2_200));
  expect(statSync(path).mtimeMs).toBe(0);
});
