import { setTimeout as wait } from 'node:timers/promises';
import type { Call, Output } from '../call.ts';
import type { FaultOf } from '../faults/fault.ts';
import type { Target } from '../faults/fault-book.ts';
import { handlers } from '../handlers.ts';
import type { World } from '../world.ts';
import { arnOf } from './arn.ts';
import { AwsError, throttled } from './aws-error.ts';
import type { Envelope } from './aws-request.ts';

/** What goes back: an output, or nothing, the connection being broken or left hanging. */
export type Answer = { kind: 'output'; output: Output } | { kind: 'lost' } | { kind: 'hangs' };

/**
 * Carries out one call, with the faults that were ordered for it, in the order in which they were ordered: first those that
 * keep it from having an effect, then the operation, then those that keep its answer from arriving.
 * @param struck collects the ids of the faults.
 */
export async function answerCall(
  world: World,
  { operation, region }: Envelope,
  name: string | null,
  input: unknown,
  struck: string[],
): Promise<Answer> {
  const target = { operation, name };
  const early = await before(world, target, struck);
  if (early) return early;
  const now = world.now();
  const limit = world.settings().rateLimits[operation];
  if (limit && !world.rateLimits.allows('settings', operation, limit, now)) throw throttled();
  const call: Call = {
    operation,
    name,
    now,
    state: world.state,
    settings: world.settings(),
    arn: (kind, resource) => arnOf(region, world.accountId, kind, resource),
    strike: (kind, applies) => {
      const fault = world.faults.strike(target, kind, applies);
      if (fault) struck.push(fault.id);
      return fault;
    },
  };
  const output = handlers[operation](input, call);
  return after(world, target, struck) ?? { kind: 'output', output };
}

const kindsBefore = ['delay', 'signal', 'hang', 'lose_request', 'throttle', 'rate_limit', 'error'] as const;

async function before(world: World, target: Target, struck: string[]): Promise<Answer | null> {
  const applies = (fault: FaultOf<(typeof kindsBefore)[number]>): boolean => {
    if (fault.kind === 'signal') return fault.when === 'before_effect';
    if (fault.kind === 'rate_limit') return !world.rateLimits.allows(fault.id, target.operation, fault, world.now());
    return fault.kind !== 'error' || !fault.afterEffect;
  };
  for (const fault of world.faults.strikes(target, kindsBefore, applies)) {
    struck.push(fault.id);
    switch (fault.kind) {
      case 'delay':
        await wait(fault.ms, undefined, { signal: world.closing });
        break;
      case 'signal':
        send(world, fault);
        if (fault.drop ?? fault.signal === 'SIGKILL') return { kind: 'lost' };
        break;
      case 'hang':
        return { kind: 'hangs' };
      case 'lose_request':
        return { kind: 'lost' };
      case 'throttle':
      case 'rate_limit':
        throw throttled();
      case 'error':
        throw new AwsError(fault.code, fault.message, fault.status);
    }
  }
  return null;
}

const kindsAfter = ['signal', 'error', 'lose_answer'] as const;

function after(world: World, target: Target, struck: string[]): Answer | null {
  const applies = (fault: FaultOf<(typeof kindsAfter)[number]>): boolean => {
    if (fault.kind === 'signal') return fault.when === 'after_effect';
    return fault.kind !== 'error' || fault.afterEffect;
  };
  for (const fault of world.faults.strikes(target, kindsAfter, applies)) {
    struck.push(fault.id);
    if (fault.kind === 'lose_answer') return { kind: 'lost' };
    if (fault.kind === 'error') throw new AwsError(fault.code, fault.message, fault.status);
    send(world, fault);
    if (fault.drop) return { kind: 'lost' };
  }
  return null;
}

/** A process that is gone already is no reason to fail the call. */
function send(world: World, { pid, signal, id }: FaultOf<'signal'>): void {
  try {
    process.kill(pid, signal);
    world.log.info({ fault: id, pid, signal }, 'signal sent');
  } catch (error) {
    world.log.warn({ fault: id, pid, signal, err: error }, 'signal not sent');
  }
}
