import { z } from 'zod';
import { endpointNamed, setTimeline } from '../resources/endpoint.ts';
import type { EndpointPhase, EndpointRecord } from '../state/records.ts';
import { currentPhase } from '../state/timeline.ts';
import type { SimulatorContext } from '../context.ts';
import { ControlError } from './control-error.ts';
import { firstParam, parsed, type ControlRequest, type Route } from './route.ts';

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

function findEndpoint(context: SimulatorContext, request: ControlRequest): EndpointRecord {
  const name = firstParam(request);
  const endpoint = endpointNamed(context.state, name, context.now());
  if (!endpoint) throw new ControlError(404, `no endpoint ${name}`);
  return endpoint;
}

function shown({ name }: EndpointRecord, { status, endpointConfigName, failureReason }: EndpointPhase): object {
  return { endpointName: name, status, endpointConfigName, failureReason };
}

function setStatus(context: SimulatorContext, request: ControlRequest): object {
  const { status, failureReason, endpointConfigName, inServiceAfterSeconds } = parsed(newStatus, request.body);
  const endpoint = findEndpoint(context, request);
  const now = context.now();
  const before = currentPhase(endpoint.timeline, now);
  // A fleet that was still being created serves from now on.
  const { variants, features } = before.variants.length > 0 || !before.pending ? before : before.pending;
  const name = endpointConfigName ?? before.endpointConfigName;
  const set: EndpointPhase = {
    ...before,
    status,
    startAt: now,
    modifiedAt: undefined,
    failureReason,
    endpointConfigName: name,
    variants,
    features,
    pending: null,
    effect: null,
  };
  const timeline = [set];
  if (inServiceAfterSeconds !== undefined) {
    timeline.push({
      ...set,
      status: 'InService',
      startAt: now + inServiceAfterSeconds * 1000,
      failureReason: null,
      effect: 'endpoint_in_service',
    });
  }
  setTimeline(context.state, { ...endpoint, rollout: null }, timeline, now, {
    kind: 'endpoint_status_set',
    detail: { status, endpointConfigName: name, failureReason },
  });
  return shown(endpoint, set);
}

/** Ends what is in progress at once, as it was going to end. */
function settle(context: SimulatorContext, request: ControlRequest): object {
  parsed(z.strictObject({}).default({}), request.body);
  const endpoint = findEndpoint(context, request);
  const now = context.now();
  const timeline = endpoint.timeline.map((phase) => ({ ...phase, startAt: Math.min(phase.startAt, now) }));
  context.state.commit({ puts: [['endpoints', endpoint.name.toLowerCase(), { ...endpoint, timeline }]] });
  return shown(endpoint, currentPhase(timeline, now));
}

const count = z.strictObject({
  desiredInstanceCount: z.int().min(0).max(10_000),
  /** Left out, the instances are there at once. */
  currentInstanceCount: z.int().min(0).max(10_000).optional(),
});

/** Sets a variant's instance count as autoscaling does, but without the time in Updating. It does not while the endpoint is updated. */
function scale(context: SimulatorContext, request: ControlRequest): object {
  const { desiredInstanceCount, currentInstanceCount = desiredInstanceCount } = parsed(count, request.body);
  const endpoint = findEndpoint(context, request);
  const [, variantName] = request.params;
  const now = context.now();
  const before = currentPhase(endpoint.timeline, now);
  const variant = before.variants.find((one) => one.variantName === variantName);
  if (!variant || variant.desiredInstanceCount === null) {
    throw new ControlError(404, `endpoint ${endpoint.name} has no variant ${variantName} with instances`);
  }
  if (before.status !== 'InService') throw new ControlError(409, `endpoint ${endpoint.name} is ${before.status}`);
  const scaled = { ...variant, instanceCount: currentInstanceCount, desiredInstanceCount };
  const variants = before.variants.map((one) => (one === variant ? scaled : one));
  setTimeline(context.state, endpoint, [{ ...before, startAt: now, modifiedAt: undefined, variants, effect: null }], now, {
    kind: 'endpoint_scaled',
    detail: { variantName, from: variant.desiredInstanceCount, to: desiredInstanceCount },
  });
  return { endpointName: endpoint.name, variantName, currentInstanceCount, desiredInstanceCount };
}

export const endpointRoutes: Route[] = [
  { method: 'POST', path: '/_control/endpoints/:name/status', run: setStatus },
  { method: 'POST', path: '/_control/endpoints/:name/settle', run: settle },
  { method: 'POST', path: '/_control/endpoints/:name/variants/:variant/count', run: scale },
];
