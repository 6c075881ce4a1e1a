import { isTransient } from '../../core/decide-retry.ts';
import { whyInUse } from '../../core/deployment/endpoint-use.ts';
import { SageMakerError } from '../../core/errors.ts';
import { permissionAdvice } from '../../core/sagemaker/missing-permission.ts';
import { workerCallMs } from '../../core/timing.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { skip } from '../skip.ts';
import { withLease } from '../system/with-lease.ts';
import { cleanUpDeployment } from './clean-up-deployment.ts';
import { observeUse } from './observe-use.ts';
import { hasRetention, planCleanUp } from './plan-clean-up.ts';

/** Deployments whose model and configuration are deleted in one pass; the next one continues. */
const mostAtOnce = 20;

const cleanUpTask = 'clean-up';

export interface CleanUpPass {
  /** Deployments of which something was deleted, or is gone. */
  cleanedUp: number;
  /** The first error: one that passes by itself has ended the pass, any other its endpoint. Null where there was none. */
  error: SageMakerError | null;
}

/**
 * Deletes models and endpoint configurations that the policies' retention does not keep, while no other process does. Returns null where
 * another one does. It may end anywhere: the next pass continues, and what is gone by then is recorded as such. What
 * SageMaker refuses is logged once, and disturbs nothing else.
 */
export async function cleanUp(
  ctx: ServiceContext,
  { renew: renewToo = () => Promise.resolve(), signal }: { renew?: () => Promise<void>; signal?: AbortSignal } = {},
): Promise<CleanUpPass | null> {
  if (!hasRetention(ctx)) return { cleanedUp: 0, error: null };
  return withLease(ctx, {
    task: cleanUpTask,
    async work(renewOwn) {
      const renew = async (): Promise<void> => {
        signal?.throwIfAborted();
        await renewToo();
        await renewOwn();
      };
      return onePass(ctx, { renew, options: { signal, beforeSend: renew, maxWaitMs: workerCallMs, retryThrottles: false } });
    },
  });
}

async function onePass(
  ctx: ServiceContext,
  { renew, options }: { renew: () => Promise<void>; options: CallOptions },
): Promise<CleanUpPass> {
  const pass: CleanUpPass = { cleanedUp: 0, error: null };
  let attempts = 0;
  for (const endpointName of await ctx.store.endpoints.listNames()) {
    await renew();
    const decisions = (await planCleanUp(ctx, endpointName))?.decisions.filter(({ kept }) => kept === null) ?? [];
    if (decisions.length === 0) continue;
    try {
      // What the endpoint uses now stays, and costs no attempt.
      const use = await observeUse(ctx, { endpointName, options });
      for (const decision of decisions.filter((one) => whyInUse(one, use) === null)) {
        if (attempts === mostAtOnce) return pass;
        attempts += 1;
        await renew();
        const { kind } = await cleanUpDeployment(ctx, { decision, options });
        if (kind === 'cleaned_up') pass.cleanedUp += 1;
      }
    } catch (error) {
      if (!(error instanceof SageMakerError) || options.signal?.aborted) throw error;
      pass.error ??= error;
      await report(ctx, { error, endpointName });
      if (isTransient(error.kind)) return pass;
    }
  }
  if (attempts > 0 && pass.error === null) await resolveSkipped(ctx);
  return pass;
}

/** What passes by itself is not worth a warning: the next pass comes soon. A missing permission is one thing for all endpoints. */
async function report(
  ctx: ServiceContext,
  { error, endpointName }: { error: SageMakerError; endpointName: string },
): Promise<void> {
  const { kind, operation, message } = error;
  if (isTransient(kind)) {
    ctx.log.debug({ event: 'deployment.clean_up_interrupted', err: error }, 'clean-up interrupted; it continues later');
    return;
  }
  const advice = kind === 'access_denied' ? permissionAdvice(message) : null;
  const reason = `models and configurations cannot be cleaned up: ${operation}: ${advice ?? message}`;
  await skip(ctx, { kind: 'clean_up', name: advice === null ? endpointName : operation, reason });
}

async function resolveSkipped({ store }: ServiceContext): Promise<void> {
  for (const { kind, name } of await store.skipped.list()) if (kind === 'clean_up') await store.skipped.resolve({ kind, name });
}
