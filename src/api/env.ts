import type { Context } from 'hono';

/** What the middlewares leave for the routes. */
export interface ApiEnv {
  Variables: { requestId: string };
}

export type ApiContext = Context<ApiEnv>;
