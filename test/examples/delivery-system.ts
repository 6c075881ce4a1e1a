import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createSimulator, type Simulator } from 'sagemaker-simulator';
import type { DeploymentBody } from '../../src/api/schemas/deployment.ts';
import { freePort } from '../../tools/dev/ports.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { programEnvironment } from '../../tools/testkit/program-environment.ts';
import { startProgram } from '../../tools/testkit/processes.ts';
import { type Ask, requesting } from '../api/request.ts';

export type Deployment = DeploymentBody;

/** An API, two workers and the simulator, with a delivery file. */
export interface DeliverySystem {
  simulator: Simulator;
  url: string;
  ask: Ask;
  /** Trains with these metrics, and returns the deployment once it has one of the statuses. */
  train: (name: string, metrics: Record<string, number | 'NaN'>, ...statuses: string[]) => Promise<Deployment>;
  /** The deployment once it has one of the statuses. */
  until: (name: string, ...statuses: string[]) => Promise<Deployment>;
  /** The DeploymentConfig of each UpdateEndpoint. */
  rollouts: () => unknown[];
  /** The bodies that the endpoint was sent. */
  invocations: () => unknown[];
}

/** A bake of ten minutes takes this much of it. */
const waitScale = 0.0015;

/** `key`: of the caller who trains, where the API has keys. */
export async function startDeliverySystem(
  file: string,
  { key, env: more = {} }: { key?: string; env?: Record<string, string> } = {},
): Promise<DeliverySystem> {
  const settings = { trainingSeconds: 0.5, endpointCreateSeconds: 0.3, endpointUpdateSeconds: 0.5, waitScale };
  const simulator = await createSimulator({ settings });
  onTestFinished(() => simulator.close());
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { env } = programEnvironment({
    AWS_ENDPOINT_URL_SAGEMAKER: simulator.url,
    PORT: String(port),
    PUBLIC_URL: url,
    BASE_PATH: '/',
    DELIVERY_FILE: file,
    POLL_INTERVAL_SECONDS: '0.2',
    ENDPOINT_POLL_SECONDS: '0.1',
    ...more,
  });
  const api = startProgram(['src/api/main.ts'], env);
  const workers = [1, 2].map(() => startProgram(['src/worker/main.ts'], env));
  onTestFinished(async () => void (await Promise.all([api, ...workers].map((program) => program.stop()))));
  await api.logged(({ msg }) => msg === 'listening', 60_000);
  const headers: Record<string, string> = key === undefined ? {} : { 'x-api-key': key };
  const ask: Ask = (method, path, requested = {}) =>
    requesting(url)(method, path, { ...requested, headers: { ...headers, ...requested.headers } });
  const until = async (name: string, ...statuses: string[]): Promise<Deployment> => {
    const newest = async () =>
      (await ask<{ items: Deployment[] }>('GET', `/deployments?training_job_name=${name}`)).body.items[0];
    const found = await eventually(newest, (one) => one !== undefined && statuses.includes(one.status), {
      withinMs: 90_000,
      everyMs: 100,
      what: `${name} ${statuses.join(' or ')}`,
    });
    if (found === undefined) throw new Error(`${name} has no deployment`);
    return found;
  };
  const inputs = (operation: 'UpdateEndpoint' | 'InvokeEndpoint') =>
    simulator.calls({ operation, withInput: true }).map(({ input }) => input);
  return {
    simulator,
    url,
    ask,
    until,
    async train(name, metrics, ...statuses) {
      simulator.changeSettings({ finalMetrics: metrics });
      const json = { training_job_name: name, reason: 'nightly' };
      const started = await ask('POST', '/bootstrap?auto_deploy=true', { json });
      if (started.status !== 202) throw new Error(`${name}: ${started.text}`);
      return until(name, ...statuses);
    },
    rollouts: () => inputs('UpdateEndpoint').map((input) => (input as { DeploymentConfig?: unknown }).DeploymentConfig),
    invocations: () => inputs('InvokeEndpoint'),
  };
}

/** A copy of an example with other words in places, such as the address of a receiver. */
export function copyOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-delivery-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'delivery.yaml');
  writeFileSync(file, text);
  return file;
}
