import type { HttpBindings } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { z } from 'zod';
import type { Caller } from '../core/access/role.ts';
import type { KnownRoute } from './routes/known-route.ts';
import type { RouteAccess } from './routes/security.ts';
import type { EndedStream } from './streams/event-stream.ts';

/** What the server and the middlewares leave for the routes. */
export interface ApiEnv {
  Bindings: HttpBindings;
  Variables: {
    requestId: string;
    /** What links begin with; nothing where there is none. */
    basePath?: string;
    /** The route that the request will reach; null where there is none. */
    route: KnownRoute | null;
    /** Who may send the request, whether there is a route for it or not. */
    access: RouteAccess;
    /** Who sends it; nothing before that is known, and for a route that is open. */
    caller?: Caller;
    /** Of a response that is a stream: what became of it, once it has ended. */
    stream?: Promise<EndedStream>;
    /** The bytes of the body; nothing for GET and HEAD. */
    body?: Buffer;
    /** What the schema of the route's body returned. */
    checkedBody?: { schema: z.ZodType; value: unknown };
  };
}

export type ApiContext = Context<ApiEnv>;

/** The caller of a route that is not open. */
export function callerOf(c: ApiContext): Caller {
  const caller = c.get('caller');
  if (caller === undefined) throw new Error('the route is open: its caller is not known');
  return caller;
}

/** Where each file of routes registers its own. */
export type Routes = OpenAPIHono<ApiEnv>;
