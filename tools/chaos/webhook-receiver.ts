import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenOnLoopback } from '../testkit/loopback.ts';
import { bytesOf } from './bytes-of.ts';
import type { Intercept } from './intercepted-message.ts';

/** A notification that has arrived. */
export interface Received {
  webhookId: string;
  /** Such as `deployed`. */
  event: string;
  trainingJobName: string;
  deploymentId: string;
}

/**
 * Where notifications arrive. Passes each of them to `intercept` before it has arrived, and again before its response is sent.
 * `senderOf`: the process at the other end of a connection.
 */
export class WebhookReceiver {
  readonly received: Received[] = [];
  /** It takes nothing meanwhile. */
  isAway = false;
  readonly #intercept: Intercept;
  readonly #senderOf: (port: number) => string;
  readonly #server = createServer((request, response) => {
    this.#receive(request, response).catch(() => void request.socket.destroy());
  });
  #port = 0;

  constructor(intercept: Intercept, senderOf: (port: number) => string) {
    this.#intercept = intercept;
    this.#senderOf = senderOf;
  }

  async start(): Promise<void> {
    this.#port = await listenOnLoopback(this.#server);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hook`;
  }

  /** What has arrived about a training, in order, repetitions as well. */
  about(trainingJobName: string): Received[] {
    return this.received.filter((one) => one.trainingJobName === trainingJobName);
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.isAway) return void request.socket.destroy();
    const process = this.#senderOf(request.socket.remotePort ?? 0);
    const text = (await bytesOf(request)).toString();
    const message = { process, via: 'webhook', what: 'notification', text } as const;
    if ((await this.#intercept({ ...message, when: 'before' })) === 'drop') return void request.socket.destroy();
    const { type, data } = JSON.parse(text) as { type: string; data: Record<'training_job_name' | 'deployment_id', string> };
    this.received.push({
      webhookId: String(request.headers['webhook-id']),
      event: type.replace('deployment.', ''),
      trainingJobName: data.training_job_name,
      deploymentId: data.deployment_id,
    });
    if ((await this.#intercept({ ...message, when: 'after' })) === 'drop') return void request.socket.destroy();
    response.writeHead(204).end();
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
