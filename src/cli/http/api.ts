import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { CliError, interruptedError } from '../cli-error.ts';
import type { Settings } from '../settings.ts';
import { printable } from '../terminal/text.ts';
import { type Attempt, repeatDelayMs, retryAfterMsOf } from './decide-repeat.ts';
import type { FlagNames } from './flag-names.ts';
import { networkFailureOf } from './network-error.ts';
import { isProblem, problemError } from './problem-error.ts';

export interface Requested {
  query?: Readonly<Record<string, string | number | boolean | null | undefined>>;
  json?: unknown;
  headers?: Readonly<Record<string, string>>;
  /** How long after the first attempt another one may begin, in milliseconds. */
  repeatForMs?: number;
  /** Ends attempts and the waits between them. */
  signal?: AbortSignal;
  /** What the fields of the request come from, for the issues of a problem. */
  flags?: FlagNames;
  file?: string | null;
  /** In place of the program's own. */
  onRepeat?: (reason: string, delayMs: number) => void;
}

export interface ApiResponse<Body> {
  status: number;
  headers: Headers;
  body: Body;
}

export interface ApiOptions extends Settings {
  userAgent: string;
  /** Ctrl-C. */
  interrupted: AbortSignal;
  /** Called before an attempt that is repeated: why, and in how many milliseconds. */
  onRepeat: (reason: string, delayMs: number) => void;
  now: () => number;
}

const responseMs = 30_000;
/** A person waits for a read. */
const repeatReadMs = 8000;
/** A change is repeated for longer: it may have been recorded, and each of them is safe to repeat. */
const repeatChangeMs = 60_000;

/** The service over HTTP. Lost responses, 503 and what load balancers say in its place are repeated within bounds. */
export class Api {
  readonly url: string;
  readonly keySource: string | null;
  /** How far the service's clock is ahead of this machine's, by the last response, to the second; 0 until there is one. */
  clockAheadMs = 0;
  readonly #options: ApiOptions;

  constructor(options: ApiOptions) {
    this.url = options.url;
    this.keySource = options.keySource;
    this.#options = options;
  }

  async get<Body>(path: string, requested: Requested = {}): Promise<Body> {
    return (await this.request<Body>('GET', path, { repeatForMs: repeatReadMs, ...requested })).body;
  }

  /** Every attempt has the same Idempotency-Key, so that a lost response is repeated and its effect is not. */
  async post<Body>(path: string, { headers, ...requested }: Requested = {}): Promise<ApiResponse<Body>> {
    const keyed = { 'idempotency-key': newIdempotencyKey(), ...headers };
    return this.request<Body>('POST', path, { repeatForMs: repeatChangeMs, headers: keyed, ...requested });
  }

  /** @throws {CliError} for every response but 2xx, and when there is none. */
  async request<Body>(method: string, path: string, requested: Requested = {}): Promise<ApiResponse<Body>> {
    const response = await this.send(method, path, requested);
    return { status: response.status, headers: response.headers, body: await this.#body<Body>(response, requested) };
  }

  /** The first response that is not to be repeated, whatever its status, with its body unread. */
  async send(method: string, path: string, requested: Requested = {}, limitMs: number | null = responseMs): Promise<Response> {
    const { now, onRepeat, interrupted } = this.#options;
    const startedAt = now();
    let mayHaveArrived = false;
    for (let attempts = 1; ; attempts += 1) {
      const { attempt, reason, response, failure } = await this.#attempt(method, path, requested, limitMs);
      mayHaveArrived ||= failure?.mayHaveArrived === true || (response !== null && response.status >= 500);
      const elapsedMs = now() - startedAt;
      const delayMs = repeatDelayMs(attempt, {
        attempts,
        elapsedMs,
        repeatForMs: requested.repeatForMs ?? 0,
        random: Math.random,
      });
      if (delayMs === null && failure !== null) throw mayHaveArrived ? failure.afterArrival() : failure;
      if (delayMs === null && response !== null) return response;
      (requested.onRepeat ?? onRepeat)(reason, delayMs ?? 0);
      await response?.body?.cancel().catch(() => {});
      await delay(delayMs ?? 0, null, {
        signal: requested.signal === undefined ? interrupted : AbortSignal.any([interrupted, requested.signal]),
      }).catch(() => {
        if (interrupted.aborted) throw mayHaveArrived ? interruptedError().afterArrival() : interruptedError();
        throw failure ?? new CliError(reason);
      });
    }
  }

  address(path: string, query: Requested['query'] = {}): string {
    const url = new URL(`${this.url}${path}`);
    for (const [name, value] of Object.entries(query))
      if (value !== null && value !== undefined) url.searchParams.set(name, String(value));
    return url.href;
  }

  async #attempt(
    method: string,
    path: string,
    { query, json, headers, signal }: Requested,
    limitMs: number | null,
  ): Promise<{ attempt: Attempt; reason: string; response: Response | null; failure: CliError | null }> {
    const { key, userAgent, interrupted, now } = this.#options;
    const signals = [
      interrupted,
      ...(signal === undefined ? [] : [signal]),
      ...(limitMs === null ? [] : [AbortSignal.timeout(limitMs)]),
    ];
    try {
      const sentAt = now();
      const response = await fetch(this.address(path, query), {
        method,
        // A redirected POST would become a GET, and the key would go to another host.
        redirect: 'manual',
        signal: AbortSignal.any(signals),
        headers: {
          accept: 'application/json',
          'user-agent': userAgent,
          ...(key === null ? {} : { authorization: `Bearer ${key}` }),
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: json === undefined ? undefined : JSON.stringify(json),
      });
      this.#learnClock(response, sentAt);
      const retryAfterMs = retryAfterMsOf(response.headers.get('retry-after'), now());
      const attempt: Attempt = { kind: 'response', status: response.status, retryAfterMs };
      return { attempt, reason: `the service responds ${response.status}`, response, failure: null };
    } catch (error) {
      if (interrupted.aborted) throw interruptedError().afterArrival();
      const { reason, hint, passes, wasSent } = networkFailureOf(error, this.url);
      const failure = new CliError(`No response from ${this.url}: ${reason}`, { hint, mayHaveArrived: wasSent });
      return { attempt: { kind: 'network', passes: passes && signal?.aborted !== true }, reason, response: null, failure };
    }
  }

  /** The Date header has whole seconds: its middle is half a second later. */
  #learnClock(response: Response, sentAt: number): void {
    const at = Date.parse(response.headers.get('date') ?? '');
    if (!Number.isNaN(at)) this.clockAheadMs = at + 500 - (sentAt + this.#options.now()) / 2;
  }

  async #body<Body>(response: Response, { flags, file }: Requested): Promise<Body> {
    const { status } = response;
    const type = response.headers.get('content-type') ?? '';
    const text = await response.text().catch((error: unknown) => {
      throw new CliError(`The response of ${this.url} broke off: ${networkFailureOf(error, this.url).reason}`);
    });
    const body: unknown = /json/.test(type) ? parse(text) : undefined;
    if (status >= 200 && status < 300 && body !== undefined) return body as Body;
    if (isProblem(body)) throw problemError(body, { flags, file, keySource: this.keySource });
    if (status >= 300 && status < 400)
      throw new CliError(`${this.url} redirects to ${printable(response.headers.get('location') ?? 'another address')}`, {
        hint: 'Set AUTODEPLOY_URL to the address of the service itself',
      });
    throw new CliError(`${this.url} does not respond like this service: ${status} ${type || 'without a content type'}`, {
      hint: 'Is AUTODEPLOY_URL right, with the path of the service, such as /model-init?',
    });
  }
}

/** Of one change. */
export const newIdempotencyKey = (): string => `cli-${randomUUID()}`;

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
