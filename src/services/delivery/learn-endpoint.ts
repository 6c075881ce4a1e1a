import { readEndpointTags } from '../../core/deployment/endpoint-tags.ts';
import { SageMakerError } from '../../core/errors.ts';
import { isTransient } from '../../core/decide-retry.ts';
import { changeTiming } from '../../core/timing.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { describeEndpointOrNull } from '../deployment/describe-endpoint.ts';

/**
 * Reads from the tags of an endpoint whether it is held and was rolled back, once, where the database knows nothing of it, as after a loss.
 * Where SageMaker does not show the tags to this service, a line in the log says so, and the next training that is adopted has them read
 * again.
 *
 * @throws {SageMakerError} that is transient.
 */
export async function learnEndpoint(
  ctx: ServiceContext,
  { endpointName, options }: { endpointName: string; options: CallOptions },
): Promise<void> {
  const { store, sagemaker, now, log } = ctx;
  if ((await store.endpoints.find(endpointName)) !== null) return;
  try {
    const endpoint = await describeEndpointOrNull(ctx, { endpointName, options });
    const tags = endpoint === null ? {} : await sagemaker.listTags(endpoint.arn, options);
    const record = readEndpointTags(endpointName, tags, now());
    await store.endpoints.learn(record);
    if (record.heldSince === null && record.rolledBackAt === null) return;
    const fields = { endpoint_name: endpointName, held: record.heldSince !== null, rolled_back: record.rolledBackAt !== null };
    log.warn({ event: 'endpoint.learned', ...fields }, 'hold or rollback learned from the tags of an endpoint');
  } catch (error) {
    if (!(error instanceof SageMakerError) || isTransient(error.kind)) throw error;
    log.warn({ event: 'endpoint.tags_unknown', err: error, endpoint_name: endpointName }, 'tags of an endpoint cannot be read');
  }
}

/** The same for a caller, who does not wait while SageMaker is unavailable: what the tags say is then not known here. */
export async function learnIfPossible(ctx: ServiceContext, { endpointName }: { endpointName: string }): Promise<void> {
  const options: CallOptions = { maxWaitMs: changeTiming.tagMs, retryThrottles: false };
  await learnEndpoint(ctx, { endpointName, options }).catch((error: unknown) => {
    if (!(error instanceof SageMakerError)) throw error;
    ctx.log.warn(
      { event: 'endpoint.tags_unknown', err: error, endpoint_name: endpointName },
      'tags of an endpoint cannot be read',
    );
  });
}
