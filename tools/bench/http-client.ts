import { Agent, request } from 'node:http';

/** node:http on kept connections: the cheapest client for the caller. */
export class HttpClient {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Returns the response's JSON, or its text where it is none. Rejects when it is not 2xx. */
  ask(method: string, path: string, json?: object): Promise<unknown> {
    const body = json === undefined ? '' : JSON.stringify(json);
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const requested = request(`${this.#url}${path}`, { agent: this.#agent, method, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const status = response.statusCode ?? 0;
          if (status >= 200 && status < 300) resolve(text.startsWith('{') ? JSON.parse(text) : text);
          else reject(new Error(`${method} ${path} returned ${status}: ${text}`));
        });
      });
      requested.on('error', reject);
      requested.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
