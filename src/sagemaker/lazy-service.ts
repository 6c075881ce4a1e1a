import type { SageMakerClient, ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-sagemaker';
import type { CallOptions } from '../ports/sagemaker.ts';
import type { SageMakerCommand } from './attempt.ts';
import { type CallerOptions, createCaller } from './call.ts';
import type { Mask } from './redact.ts';

/** Sends one of the commands of a service's SDK, as the caller of SageMaker does. */
export type LazyCaller<Sdk> = <Output>(
  operation: string,
  command: (sdk: Sdk) => object,
  options?: CallOptions,
  mask?: Mask,
) => Promise<Output>;

export interface LazyService<Sdk> {
  call: LazyCaller<Sdk>;
  /** Lets go of the connections, if there are any. */
  close(): void;
}

interface Wanted<Sdk> {
  /** Loads the service's SDK, which takes memory that most processes never need. */
  load: () => Promise<Sdk>;
  createClient: (sdk: Sdk) => object & { destroy(): void };
  callerOptions: Omit<CallerOptions, 'client'>;
}

/** A further service of AWS, whose SDK is loaded and whose client is made for the first call. */
export function lazyService<Sdk>({ load, createClient, callerOptions }: Wanted<Sdk>): LazyService<Sdk> {
  let client: ReturnType<typeof createClient> | null = null;
  const connect = async () => {
    const sdk = await load();
    client = createClient(sdk);
    // The clients of the SDK are of one kind; their types differ by their operations.
    const call = createCaller({ ...callerOptions, client: Object(client) as SageMakerClient });
    return { sdk, call };
  };
  let connected: ReturnType<typeof connect> | null = null;
  return {
    async call<Output>(operation: string, command: (sdk: Sdk) => object, options?: CallOptions, mask?: Mask) {
      connected ??= connect();
      const { sdk, call } = await connected;
      const make = () => command(sdk) as SageMakerCommand<ServiceInputTypes, ServiceOutputTypes>;
      return (await call(operation, make, options, mask)) as Output;
    },
    close: () => client?.destroy(),
  };
}
