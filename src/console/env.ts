import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import type { Caller } from '../core/access/role.ts';
import type { Frame } from './frame/frame.ts';

/** What the API leaves for the console, and the console for its pages. */
export interface ConsoleEnv {
  Bindings: HttpBindings;
  Variables: {
    requestId: string;
    /** Who has signed in; nothing where a sign-in is needed. */
    caller?: Caller;
    /** The bytes of the body; nothing for GET and HEAD. */
    body?: Buffer;
    frame: Frame;
  };
}

export type ConsoleContext = Context<ConsoleEnv>;

/** Where each file of pages registers its own, with paths below `/console`. */
export type ConsoleRoutes = Hono<ConsoleEnv>;
