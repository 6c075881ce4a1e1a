import type { IncomingHttpHeaders } from 'node:http';
import type { AwsError } from '../aws-error.ts';
import type { Service } from '../operations.ts';

interface Protocol {
  /** Before the operation in X-Amz-Target; null for a REST protocol. */
  targetPrefix: string | null;
  contentType: string;
  /** In the scope of the signature. */
  signingName: string;
}

/** How each service is spoken to. */
export const protocols: Record<Service, Protocol> = {
  sagemaker: { targetPrefix: 'SageMaker.', contentType: 'application/x-amz-json-1.1', signingName: 'sagemaker' },
  'application-autoscaling': {
    targetPrefix: 'AnyScaleFrontendService.',
    contentType: 'application/x-amz-json-1.1',
    signingName: 'application-autoscaling',
  },
  cloudwatch: {
    targetPrefix: 'GraniteServiceVersion20100801.',
    contentType: 'application/x-amz-json-1.0',
    signingName: 'monitoring',
  },
  'sagemaker-runtime': { targetPrefix: null, contentType: 'application/json', signingName: 'sagemaker' },
};

/** An error's type beside the body: CloudWatch is compatible with its query protocol, a REST protocol has no other place for it. */
export function errorHeaders(service: Service, { code, status }: AwsError): IncomingHttpHeaders {
  if (service === 'cloudwatch') return { 'x-amzn-query-error': `${code};${status < 500 ? 'Sender' : 'Receiver'}` };
  return service === 'sagemaker-runtime' ? { 'x-amzn-errortype': code } : {};
}
