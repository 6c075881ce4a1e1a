import { z } from 'zod';
import { effectKinds } from '../state/effects.ts';
import { parsed, type Route } from './route.ts';

const limit = z.coerce.number().int().min(1).default(10_000);

const callQuery = z.strictObject({
  operation: z.string().optional(),
  name: z.string().optional(),
  code: z.string().optional(),
  afterSeq: z.coerce.number().int().min(0).default(0),
  limit,
  /** `true` adds what the clients sent. */
  withInput: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true'),
});

const effectQuery = z.strictObject({
  kind: z.enum(effectKinds).optional(),
  name: z.string().optional(),
  /** Milliseconds since 1970 UTC. */
  since: z.coerce.number().default(-Infinity),
  limit,
});

export const logRoutes: Route[] = [
  {
    method: 'GET',
    path: '/_control/calls',
    run: (context, { query }) => ({ calls: context.calls.list(parsed(callQuery, query)) }),
  },
  { method: 'GET', path: '/_control/calls/counts', run: (context) => ({ counts: context.calls.counts() }) },
  {
    method: 'DELETE',
    path: '/_control/calls',
    run: (context) => {
      context.calls.clear();
      return { calls: [] };
    },
  },
  {
    method: 'GET',
    path: '/_control/effects',
    run: (context, { query }) => {
      const wanted = parsed(effectQuery, query);
      const effects = context.state
        .effects(context.now())
        .filter(
          ({ at, kind, name }) =>
            at >= wanted.since &&
            (wanted.kind === undefined || kind === wanted.kind) &&
            (wanted.name === undefined || name === wanted.name),
        );
      return { effects: effects.slice(0, wanted.limit) };
    },
  },
];
