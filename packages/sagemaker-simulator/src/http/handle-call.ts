import { setTimeout as wait } from 'node:timers/promises';
import type { Call, Output } from '../call.ts';
import type { FaultOf } from '../faults/fault.ts';
import type { Target } from '../faults/fault-book.ts';
import { actions } from '../actions.ts';
import type { SimulatorContext } from '../context.ts';
import { toArn } from '../resources/arn.ts';
import { AwsError, throttled } from '../aws-error.ts';
import type { Envelope } from './aws-request.ts';

/** What the client gets: an output, or no response, with the connection broken or left open. */
export type Outcome = { kind: 'output'; output: Output } | { kind: 'lost' } | { kind: 'hangs' };

/**
 * Carries out one call with the faults that match it, in the order in which they were added: first those that prevent its effect,
 * then the action, then those that withhold its response.
 * @param injected collects the ids of the faults.
 */
export async function handleCall(
  context: SimulatorContext,
  { operation, region }: Envelope,
  name: string | null,
  input: unknown,
  injected: string[],
): Promise<Outcome> {
  const target = { operation, name };
  const early = await before(context, target, injected);
  if (early) return early;
  context.settle();
  const now = context.now();
  const limit = context.settings().rateLimits[operation];
  if (limit && !context.rateLimits.allows('settings', operation, limit, now)) throw throttled();
  const call: Call = {
    operation,
    name,
    now,
    state: context.state,
    settings: context.settings(),
    region,
    accountId: context.accountId,
    arn: (kind, resource) => toArn(region, context.accountId, kind, resource),
    random: context.random,
    wait: (ms) => wait(ms, undefined, { signal: context.closing }),
    inject: (kind, applies) => {
      const fault = context.faults.injectOne(target, kind, applies);
      if (fault) injected.push(fault.id);
      return fault;
    },
  };
  const output = await actions[operation](input, call);
  return after(context, target, injected) ?? { kind: 'output', output };
}

const kindsBefore = ['delay', 'signal', 'hang', 'lose_request', 'throttle', 'rate_limit', 'error'] as const;

async function before(context: SimulatorContext, target: Target, injected: string[]): Promise<Outcome | null> {
  const applies = (fault: FaultOf<(typeof kindsBefore)[number]>): boolean => {
    if (fault.kind === 'signal') return fault.when === 'before_effect';
    if (fault.kind === 'rate_limit') return !context.rateLimits.allows(fault.id, target.operation, fault, context.now());
    return fault.kind !== 'error' || !fault.afterEffect;
  };
  for (const fault of context.faults.injectAll(target, kindsBefore, applies)) {
    injected.push(fault.id);
    switch (fault.kind) {
      case 'delay':
        await wait(fault.ms, undefined, { signal: context.closing });
        break;
      case 'signal':
        send(context, fault);
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

const kindsAfter = ['signal', 'error', 'lose_response'] as const;

function after(context: SimulatorContext, target: Target, injected: string[]): Outcome | null {
  const applies = (fault: FaultOf<(typeof kindsAfter)[number]>): boolean => {
    if (fault.kind === 'signal') return fault.when === 'after_effect';
    return fault.kind !== 'error' || fault.afterEffect;
  };
  for (const fault of context.faults.injectAll(target, kindsAfter, applies)) {
    injected.push(fault.id);
    if (fault.kind === 'lose_response') return { kind: 'lost' };
    if (fault.kind === 'error') throw new AwsError(fault.code, fault.message, fault.status);
    send(context, fault);
    if (fault.drop) return { kind: 'lost' };
  }
  return null;
}

/** A process that has ended already does not fail the call. */
function send(context: SimulatorContext, { pid, signal, id }: FaultOf<'signal'>): void {
  try {
    process.kill(pid, signal);
    context.log.info({ fault: id, pid, signal }, 'signal sent');
  } catch (error) {
    context.log.warn({ fault: id, pid, signal, err: error }, 'signal not sent');
  }
}
