import { onTestFinished } from 'vitest';
import { createSimulator, type Simulator, type SettingsPatch } from 'sagemaker-simulator';
import { type Ask, requesting } from '../api/request.ts';
import { freePort } from '../../tools/dev/ports.ts';
import { type Program, startProgram } from '../../tools/testkit/processes.ts';
import { programEnvironment } from '../../tools/testkit/program-environment.ts';

export interface System {
  simulator: Simulator;
  api: Program;
  workers: Program[];
  url: string;
  ask: Ask;
}

/** A program on a host whose clock is so far ahead, by what reads the host's clock. */
export const startOnHost = (file: string, aheadMs: number, env: Record<string, string>): Program =>
  startProgram(['--import', './tools/testkit/shifted-clock.ts', file], { ...env, CLOCK_SHIFT_MS: String(aheadMs) });

/** The service as it runs: an API process and worker processes, on a database of their own, with the simulator in real time. */
export async function startSystem(env: Record<string, string>, settings: SettingsPatch, workerCount: number): Promise<System> {
  const simulator = await createSimulator({ settings });
  onTestFinished(() => simulator.close());
  const port = await freePort();
  const { env: processEnv } = programEnvironment({
    PORT: String(port),
    AWS_ENDPOINT_URL_SAGEMAKER: simulator.url,
    ...env,
  });
  const api = startProgram(['src/api/main.ts'], processEnv);
  const workers = Array.from({ length: workerCount }, () => startProgram(['src/worker/main.ts'], processEnv));
  await api.logged(({ event, msg }) => event === 'process.listening' || msg === 'listening', 60_000);
  await Promise.all(
    workers.map((worker) => worker.logged(({ event, msg }) => event === 'worker.ready' || msg === 'worker takes jobs', 60_000)),
  );
  const url = `http://127.0.0.1:${port}`;
  return { simulator, api, workers, url, ask: requesting(url) };
}
