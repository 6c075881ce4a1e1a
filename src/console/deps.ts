import type { Context } from 'hono';
import type { HistoryFilter } from '../ports/store.ts';
import type { ServiceContext } from '../services/context.ts';
import type { SystemStatus } from '../services/system/read-status.ts';

/** An error as people read it. */
export interface Problem {
  status: 400 | 401 | 403 | 404 | 405 | 408 | 409 | 410 | 413 | 415 | 422 | 429 | 431 | 500 | 503;
  /** What it is, whatever the request was. */
  title: string;
  /** What it was this time. */
  detail: string;
  /** Stable, as the API has it. */
  code: string;
  retryAfterSeconds: number | null;
}

/** A session that was just opened. */
export interface OpenedSession {
  /** The value of the cookie. */
  token: string;
}

/** Everything that the console needs from the API process. */
export interface ConsoleDeps {
  ctx: ServiceContext;
  /** Of this service. */
  version: string;
  /** What every route is served under: nothing, and the base path. */
  prefixes: readonly string[];
  /** The address that people use, its base path included; null where it is that of the request. */
  publicUrl: string | null;
  /** Opens a session for a key; null for a wrong one, after the wait that wrong keys cost. null where the API has no keys. */
  signIn: ((key: string, address: string) => Promise<OpenedSession | null>) | null;
  readStatus: () => Promise<SystemStatus>;
  /** How many jobs each queue has in each state; it may be slow, or reject, while Redis is unavailable. */
  queueDepths: () => Promise<Record<string, Record<string, number>>>;
  /** The response with what the history gains, as server-sent events. @throws where there are too many. */
  follow: (c: Context, place: { after: number | 'latest'; filter: HistoryFilter }) => Promise<Response>;
  /** Any error, as the API would return it; logs it where the API would. */
  toProblem: (error: unknown, request: { readonly method: string; readonly path: string }) => Problem;
}
