import { type EndpointRecord, isSameRecord } from '../../core/deployment/endpoint-record.ts';
import { tagsOfEndpoint } from '../../core/deployment/endpoint-tags.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { ServiceContext } from '../context.ts';
import { describeEndpointOrNull } from '../deployment/describe-endpoint.ts';

/**
 * Tags the endpoint with what is recorded of it, so that a rebuilt database knows it. Where the record changes meanwhile, the tags are
 * written again: of two that write at once the last one leaves what is recorded. The endpoint stays due until `isSettled` says that nothing
 * of an earlier record can still arrive: the process that sent it may have died since. One that SageMaker does not have stays due, too, since
 * it gets the tags with its creation and may be in creation now.
 *
 * @throws {SageMakerError} where SageMaker does not take them.
 */
export async function writeEndpointTags(
  ctx: ServiceContext,
  {
    endpointName,
    options,
    isSettled,
  }: { endpointName: string; options: CallOptions; isSettled: (record: EndpointRecord) => boolean },
): Promise<void> {
  const { store, sagemaker } = ctx;
  for (let record = await store.endpoints.find(endpointName); record?.tagsDue;) {
    const endpoint = await describeEndpointOrNull(ctx, { endpointName, options });
    if (endpoint === null) return;
    const { tags, without } = tagsOfEndpoint(record);
    if (Object.keys(tags).length > 0) await sagemaker.addTags(endpoint.arn, tags, options);
    if (without.length > 0) await sagemaker.deleteTags(endpoint.arn, without, options);
    if (isSettled(record)) await store.endpoints.recordTagged(record);
    const after = await store.endpoints.find(endpointName);
    if (after === null || isSameRecord(after, record)) return;
    // The one that has changed it may have been faster.
    record = { ...after, tagsDue: true };
  }
}
