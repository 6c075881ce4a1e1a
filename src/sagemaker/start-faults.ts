import { DescribeEndpointCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { errorMessage } from '../core/errors.ts';

/** To look with: what they are is no matter, since nothing is sent. */
const credentials = { accessKeyId: 'none', secretAccessKey: 'none' };
const regionMay = 'it must hold an AWS region, like us-east-1 (AWS_DEFAULT_REGION is not read)';

/**
 * Each service has an address of its own, which the SDK looks for by the service's id: so one client finds them all, and no other SDK is
 * loaded.
 */
const services = {
  SageMaker: 'AWS_ENDPOINT_URL_SAGEMAKER',
  'Application Auto Scaling': 'AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING',
  CloudWatch: 'AWS_ENDPOINT_URL_CLOUDWATCH',
  'SageMaker Runtime': 'AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME',
} as const;

/**
 * What keeps every call to AWS from being made, as lines for people: no region, or an address that is none, as the SDK finds
 * them in the environment and in AWS's files. None when all is well. Missing credentials are no fault: they may come later.
 */
export async function startFaults(): Promise<string[]> {
  const client = new SageMakerClient({ credentials });
  try {
    return [...(await regionFaults(client)), ...(await addressFaults())];
  } finally {
    client.destroy();
  }
}

/** One line for each address that is none: for all services of AWS_ENDPOINT_URL together. */
async function addressFaults(): Promise<string[]> {
  const found = new Map<string, string>();
  for (const [serviceId, variable] of Object.entries(services)) {
    const address = await wrongAddress(serviceId);
    if (address !== null && !found.has(address)) found.set(address, variable);
  }
  return Array.from(found, ([address, variable]) => {
    const held = JSON.stringify(address.replace(/\/\/.*@/s, '//***@'));
    return `${variable} or AWS_ENDPOINT_URL (or the AWS profile's endpoint_url) holds ${held}; it may hold http:// or https:// and a host`;
  });
}

async function regionFaults(client: SageMakerClient): Promise<string[]> {
  try {
    await client.config.region();
    return [];
  } catch (error) {
    const reason = errorMessage(error);
    const [, region] = /region="(.*)"/.exec(reason) ?? [];
    if (region === '') return [`AWS_REGION is empty; ${regionMay}`];
    if (region !== undefined) return [`AWS_REGION (or the AWS profile's region) holds ${JSON.stringify(region)}; ${regionMay}`];
    const why = /is missing/.test(reason) ? 'no AWS profile names a region' : `none was found: ${reason}`;
    return [`AWS_REGION is not set, and ${why}; ${regionMay}`];
  }
}

/** The address of a request that is made up and not sent; null for one that is good. */
async function wrongAddress(serviceId: string): Promise<string | null> {
  const client = new SageMakerClient({ credentials, serviceId });
  const command = new DescribeEndpointCommand({ EndpointName: 'none' });
  let address = '';
  command.middlewareStack.add(
    () =>
      async ({ request }) => {
        const { protocol, hostname } = request as { protocol: string; hostname: string };
        address = `${protocol}//${hostname}`;
        throw new Error('not to be sent');
      },
    { step: 'build', name: 'readAddress' },
  );
  const error: unknown = await client.send(command).catch((thrown: unknown) => thrown);
  client.destroy();
  // Without a region the SDK does not come to the address. One that is none is in the error of Node's URL.
  if (typeof error === 'object' && error !== null && 'input' in error) address = String(error.input);
  return address === '' || /^https?:\/\/./.test(address) ? null : address;
}
