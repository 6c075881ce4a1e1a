import { epochSeconds, type Call, type Output } from '../call.ts';
import { requireEndpointConfig } from '../resources/endpoint-config.ts';
import type { ProductionVariant } from '../state/requests.ts';

/** With what SageMaker fills in, as documented: the weight of a variant, no isolation, and that data capture is on. */
export function describeEndpointConfig({ EndpointConfigName }: { EndpointConfigName: string }, call: Call): Output {
  const { arn, createdAt, request } = requireEndpointConfig(call, EndpointConfigName);
  const { DataCaptureConfig: capture } = request;
  return {
    EnableNetworkIsolation: false,
    ...request,
    ProductionVariants: request.ProductionVariants.map(withWeight),
    ShadowProductionVariants: request.ShadowProductionVariants?.map(withWeight),
    DataCaptureConfig: capture && { EnableCapture: true, ...capture },
    EndpointConfigArn: arn,
    CreationTime: epochSeconds(createdAt),
  };
}

const withWeight = (variant: ProductionVariant): ProductionVariant => ({ InitialVariantWeight: 1, ...variant });
