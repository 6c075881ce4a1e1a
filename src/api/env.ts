import type { HttpBindings } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';

/** What the server and the middlewares leave for the routes. */
export interface ApiEnv {
  Bindings: HttpBindings;
  Variables: {
    requestId: string;
    /** What was sent with it; nothing for GET and HEAD. */
    body?: Buffer;
  };
}

export type ApiContext = Context<ApiEnv>;

/** Where each file of routes registers its own. */
export type Routes = OpenAPIHono<ApiEnv>;
