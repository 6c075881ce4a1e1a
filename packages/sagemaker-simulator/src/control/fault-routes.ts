import { z } from 'zod';
import { faultSchema } from '../faults/fault.ts';
import { ControlError } from './control-error.ts';
import { firstParam, parsed, type Route } from './route.ts';

export const faultRoutes: Route[] = [
  { method: 'GET', path: '/_control/faults', run: (context) => ({ faults: context.faults.list() }) },
  {
    method: 'POST',
    path: '/_control/faults',
    run: (context, { body }) => {
      // A list is checked as one first, so that its faults are named by their place in it.
      const specs = Array.isArray(body) ? parsed(z.array(faultSchema).min(1), body) : [parsed(faultSchema, body)];
      return { faults: specs.map((spec) => context.faults.add(spec)) };
    },
  },
  {
    method: 'DELETE',
    path: '/_control/faults',
    run: (context) => {
      context.faults.clear();
      return { faults: [] };
    },
  },
  {
    method: 'DELETE',
    path: '/_control/faults/:id',
    run: (context, request) => {
      if (!context.faults.remove(firstParam(request))) throw new ControlError(404, `no fault ${firstParam(request)}`);
      return { faults: context.faults.list() };
    },
  },
];
