import { z } from 'zod';
import type { SimulatorContext } from '../context.ts';
import type { ModelBehavior } from '../state/alarm-records.ts';
import { ControlError, invalidControl } from './control-error.ts';
import { firstParam, parsed, type Route } from './route.ts';

const behavior = z.strictObject({
  /** The container's HTTP status. From 400 on the runtime makes a ModelError of it. */
  status: z.int().min(200).max(599).default(200),
  /** How likely `status` is; else it is 200. */
  share: z.number().min(0).max(1).default(1),
  /** null echoes the request with the model's name. */
  body: z.string().nullable().default(null),
  /** null is the request's, or JSON for an echo. */
  contentType: z.string().min(1).nullable().default(null),
  /** Both waited and counted. */
  latencyMs: z.number().min(0).max(60_000).default(0),
  /** A ModelError without waiting for the 60 s. */
  timesOut: z.boolean().default(false),
});
export type ModelBehaviorSpec = z.input<typeof behavior>;

/** @throws {ControlError} 422 for a behavior that is none. */
export function setModelBehavior(
  { state }: Pick<SimulatorContext, 'state'>,
  nameContains: string,
  spec: ModelBehaviorSpec | null,
): void {
  if (spec === null) {
    state.commit({ puts: [['modelBehaviors', nameContains, null]] });
    return;
  }
  const result = behavior.safeParse(spec);
  if (!result.success) throw invalidControl(result.error);
  const set: ModelBehavior = { nameContains, ...result.data };
  // Removed first, so that it is the newest, which counts.
  state.commit({
    puts: [
      ['modelBehaviors', nameContains, null],
      ['modelBehaviors', nameContains, set],
    ],
  });
}

export const modelRoutes: Route[] = [
  {
    method: 'POST',
    path: '/_control/models/:part/behavior',
    run: (context, request) => {
      const part = firstParam(request);
      setModelBehavior(context, part, parsed(behavior.default(behavior.parse({})), request.body));
      return { behavior: context.state.modelBehaviors.get(part) };
    },
  },
  {
    method: 'DELETE',
    path: '/_control/models/:part/behavior',
    run: (context, request) => {
      const part = firstParam(request);
      if (!context.state.modelBehaviors.has(part)) throw new ControlError(404, `no behavior of models like ${part}`);
      setModelBehavior(context, part, null);
      return { behavior: null };
    },
  },
];
