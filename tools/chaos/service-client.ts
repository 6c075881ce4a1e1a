import { setTimeout as delay } from 'node:timers/promises';
import type { DeploymentBody } from '../../src/api/schemas/deployment.ts';
import type { HistoryEntryBody } from '../../src/api/schemas/history.ts';
import type { TrainingRunBody } from '../../src/api/schemas/training-run.ts';

export type RunDetails = TrainingRunBody & { deployments: DeploymentBody[]; history: HistoryEntryBody[] };

export interface ServiceResponse<T> {
  status: number;
  body: T;
}

/** With a name, a key or both. */
interface Bootstrap {
  key?: string;
  name?: string;
  endpoint: string;
  autoDeploy?: boolean;
  withinMs?: number;
}

const responseTimeoutMs = 12_000;
const repeatAfterMs = 150;
const repeated = [503, 429, 408];

/** A client that keeps its part of the contract: without a response, or on 503, 429 and 408, it repeats its request with the same Idempotency-Key. */
export class ServiceClient {
  readonly #url: string;

  constructor(port: number) {
    this.#url = `http://127.0.0.1:${port}`;
  }

  /** Requests a training; resolves when the service has accepted or refused it. Without a name the service generates one. */
  bootstrap(request: Bootstrap): Promise<ServiceResponse<TrainingRunBody>> {
    const { key, name, endpoint, autoDeploy = true, withinMs } = request;
    const body = { training_job_name: name, endpoint_name: endpoint };
    return this.repeat('POST', `/bootstrap?auto_deploy=${autoDeploy}`, { body, key: key ?? name, withinMs });
  }

  deploy(name: string, force = false): Promise<ServiceResponse<DeploymentBody>> {
    return this.repeat('POST', `/deploy/${name}?force=${force}`);
  }

  stop(name: string): Promise<ServiceResponse<TrainingRunBody>> {
    return this.repeat('POST', `/training-jobs/${name}/stop`);
  }

  /** Removes the run. 404 where an earlier request, whose response was lost, has removed it. */
  remove(name: string): Promise<ServiceResponse<TrainingRunBody>> {
    return this.repeat('DELETE', `/training-jobs/${name}`);
  }

  approve(deploymentId: string): Promise<ServiceResponse<DeploymentBody>> {
    return this.repeat('POST', `/deployments/${deploymentId}/approve`, { body: { reason: 'good' } });
  }

  reject(deploymentId: string): Promise<ServiceResponse<DeploymentBody>> {
    return this.repeat('POST', `/deployments/${deploymentId}/reject`, { body: { reason: 'bad' } });
  }

  abort(deploymentId: string): Promise<ServiceResponse<DeploymentBody>> {
    return this.repeat('POST', `/deployments/${deploymentId}/abort`, { body: { reason: 'wrong' } });
  }

  rollBack(endpoint: string, to?: string): Promise<ServiceResponse<DeploymentBody>> {
    return this.repeat('POST', `/endpoints/${endpoint}/rollback`, { body: { reason: 'worse', to } });
  }

  hold(endpoint: string): Promise<ServiceResponse<unknown>> {
    return this.repeat('POST', `/endpoints/${endpoint}/hold`, { body: { reason: 'under review' } });
  }

  release(endpoint: string): Promise<ServiceResponse<unknown>> {
    return this.repeat('DELETE', `/endpoints/${endpoint}/hold`, { body: {} });
  }

  /** Delivers an event once; null without a response. */
  async event(envelope: object): Promise<number | null> {
    return (await this.#once('POST', '/events', { body: envelope }))?.status ?? null;
  }

  /** null where the service knows no such run, or does not respond now. */
  async run(name: string): Promise<RunDetails | null> {
    const response = await this.#once<RunDetails>('GET', `/training-jobs/${name}`, {});
    return response?.status === 200 ? response.body : null;
  }

  /** Whether the service responds that it knows no such run. */
  async isUnknown(name: string): Promise<boolean> {
    return (await this.#once('GET', `/training-jobs/${name}`, {}))?.status === 404;
  }

  async runs(): Promise<TrainingRunBody[]> {
    const items: TrainingRunBody[] = [];
    let cursor = '';
    for (;;) {
      const page = await this.repeat<{ items: TrainingRunBody[]; next_cursor: string | null }>(
        'GET',
        `/training-jobs?limit=100${cursor}`,
      );
      items.push(...page.body.items);
      if (page.body.next_cursor === null) return items;
      cursor = `&cursor=${encodeURIComponent(page.body.next_cursor)}`;
    }
  }

  /** How ends of trainings are found; null without a response. */
  async feedMode(): Promise<string | null> {
    type Status = { change_feed: { mode: string } | null };
    return (await this.#once<Status>('GET', '/status', {}))?.body.change_feed?.mode ?? null;
  }

  /** null where there is no such endpoint. An API that does not respond in time says nothing about it. */
  async liveTraining(endpoint: string): Promise<{ status: string; trainingJobName: string | null } | null> {
    type Status = { status: string; training_job_name: string | null };
    const response = await this.repeat<Status>('GET', `/endpoint-status?endpoint_name=${endpoint}`);
    return response.status === 200 ? { status: response.body.status, trainingJobName: response.body.training_job_name } : null;
  }

  /** Repeats the request until the response is final: 503, 429 and 408 say that nothing was started. */
  async repeat<T>(
    method: string,
    path: string,
    { body, key, withinMs = 60_000 }: { body?: object; key?: string; withinMs?: number } = {},
  ): Promise<ServiceResponse<T>> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const response = await this.#once<T>(method, path, { body, key });
      if (response !== null && !repeated.includes(response.status)) return response;
      if (Date.now() > deadline)
        throw new Error(`${method} ${path}: ${response === null ? 'no response' : JSON.stringify(response)}`);
      await delay(repeatAfterMs);
    }
  }

  async #once<T>(
    method: string,
    path: string,
    { body, key }: { body?: object; key?: string },
  ): Promise<ServiceResponse<T> | null> {
    try {
      const response = await fetch(`${this.#url}${path}`, {
        method,
        body: body && JSON.stringify(body),
        headers: { ...(body && { 'content-type': 'application/json' }), ...(key && { 'idempotency-key': key }) },
        signal: AbortSignal.timeout(responseTimeoutMs),
      });
      return { status: response.status, body: (await response.json()) as T };
    } catch {
      return null;
    }
  }
}
