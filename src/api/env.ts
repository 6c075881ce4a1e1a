import type { HttpBindings } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { z } from 'zod';
import type { KnownRoute } from './routes/known-route.ts';

/** What the server and the middlewares leave for the routes. */
export interface ApiEnv {
  Bindings: HttpBindings;
  Variables: {
    requestId: string;
    /** The route that the request will reach; null where there is none. */
    route: KnownRoute | null;
    /** The bytes of the body; nothing for GET and HEAD. */
    body?: Buffer;
    /** What the schema of the route's body returned. */
    checkedBody?: { schema: z.ZodType; value: unknown };
  };
}

export type ApiContext = Context<ApiEnv>;

/** Where each file of routes registers its own. */
export type Routes = OpenAPIHono<ApiEnv>;
