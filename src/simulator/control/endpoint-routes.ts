import { z } from 'zod';
import { endpointNamed, setCourse } from '../endpoints/endpoint.ts';
import type { EndpointPhase, EndpointRecord } from '../state/records.ts';
import { currentPhase } from '../state/timeline.ts';
import type { World } from '../world.ts';
import { ControlError } from './control-error.ts';
import { onlyParam, parsed, type ControlRequest, type Route } from './route.ts';

const newStatus = z.strictObject({
  status: z.enum([
    'OutOfService',
    'Creating',
    'Updating',
    'SystemUpdating',
    'RollingBack',
    'InService',
    'Deleting',
    'Failed',
    'UpdateRollbackFailed',
  ]),
  failureReason: z.string().min(1).max(1024).nullable().default(null),
  /** Left out, it stays on its configuration. */
  endpointConfigName: z.string().min(1).optional(),
  /** After this long it is InService; left out, it stays in the status. */
  inServiceAfterSeconds: z.number().min(0).optional(),
});

function endpointOf(world: World, request: ControlRequest): EndpointRecord {
  const endpoint = endpointNamed(world.state, onlyParam(request), world.now());
  if (!endpoint) throw new ControlError(404, `no endpoint ${onlyParam(request)}`);
  return endpoint;
}

function shown({ name }: EndpointRecord, { status, endpointConfigName, failureReason }: EndpointPhase): object {
  return { endpointName: name, status, endpointConfigName, failureReason };
}

function setStatus(world: World, request: ControlRequest): object {
  const { status, failureReason, endpointConfigName, inServiceAfterSeconds } = parsed(newStatus, request.body);
  const endpoint = endpointOf(world, request);
  const now = world.now();
  const before = currentPhase(endpoint.timeline, now);
  // A fleet that was still on its way in is what is there now.
  const variants = before.variants.length > 0 ? before.variants : (before.pending?.variants ?? []);
  const name = endpointConfigName ?? before.endpointConfigName;
  const set: EndpointPhase = {
    ...before,
    status,
    startAt: now,
    failureReason,
    endpointConfigName: name,
    variants,
    pending: null,
    effect: null,
  };
  const course = [set];
  if (inServiceAfterSeconds !== undefined) {
    course.push({
      ...set,
      status: 'InService',
      startAt: now + inServiceAfterSeconds * 1000,
      failureReason: null,
      effect: 'endpoint_in_service',
    });
  }
  setCourse(world.state, endpoint, course, now, {
    kind: 'endpoint_status_set',
    detail: { status, endpointConfigName: name, failureReason },
  });
  return shown(endpoint, set);
}

/** Brings what is in progress to its planned end at once. */
function settle(world: World, request: ControlRequest): object {
  parsed(z.strictObject({}).default({}), request.body);
  const endpoint = endpointOf(world, request);
  const now = world.now();
  const timeline = endpoint.timeline.map((phase) => ({ ...phase, startAt: Math.min(phase.startAt, now) }));
  world.state.commit({ puts: [['endpoints', endpoint.name.toLowerCase(), { ...endpoint, timeline }]] });
  return shown(endpoint, currentPhase(timeline, now));
}

export const endpointRoutes: Route[] = [
  { method: 'POST', path: '/_control/endpoints/:name/status', run: setStatus },
  { method: 'POST', path: '/_control/endpoints/:name/settle', run: settle },
];
