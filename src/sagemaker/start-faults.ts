import { DescribeEndpointCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { errorMessage } from '../core/errors.ts';

/** To look with: what they are is no matter, since nothing is sent. */
const credentials = { accessKeyId: 'none', secretAccessKey: 'none' };
const regionMay = 'it must hold an AWS region, like us-east-1 (AWS_DEFAULT_REGION is not read)';

/**
 * What keeps every call to SageMaker from being made, as lines for people: no region, or an address that is none, as the SDK finds
 * them in the environment and in AWS's files. None when all is well. Missing credentials are no fault: they may come later.
 */
export async function startFaults(): Promise<string[]> {
  const client = new SageMakerClient({ credentials });
  try {
    return [...(await regionFaults(client)), ...(await addressFaults(client))];
  } finally {
    client.destroy();
  }
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

/** The address of a request that is made up and not sent. */
async function addressFaults(client: SageMakerClient): Promise<string[]> {
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
  // Without a region the SDK does not come to the address. One that is none is in the error of Node's URL.
  if (typeof error === 'object' && error !== null && 'input' in error) address = String(error.input);
  if (address === '' || /^https?:\/\/./.test(address)) return [];
  const held = JSON.stringify(address.replace(/\/\/.*@/s, '//***@'));
  return [
    `AWS_ENDPOINT_URL_SAGEMAKER or AWS_ENDPOINT_URL (or the AWS profile's endpoint_url) holds ${held}; it may hold http:// or https:// and a host`,
  ];
}
