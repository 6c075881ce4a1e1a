/**
 * Calls a handler as Lambda's own runtime does: loads the file once, with its environment alone, then one invocation after the other,
 * each with a context that tells the time left. `node test/lambda/runtime.ts FILE`, started with an IPC channel.
 */
import { pathToFileURL } from 'node:url';

export interface Invocation {
  event: unknown;
  awsRequestId: string;
  /** The function's time-out. */
  timeoutMs: number;
}

export type Invoked = { initCpuMs: number } | { result: unknown } | { error: string };

type Handler = (event: unknown, context: object) => Promise<unknown>;

const file = process.argv[2];
if (file === undefined || process.send === undefined) throw new Error('usage: fork test/lambda/runtime.ts FILE');

const before = process.cpuUsage();
const { handler } = (await import(pathToFileURL(file).href)) as { handler: Handler };
const report = (message: Invoked): void => void process.send?.(message);
/** Lambda writes such a line too; here it says that all lines of the invocation are out. */
const end = (awsRequestId: string): void => void process.stdout.write(`END RequestId: ${awsRequestId}\n`);

process.on('message', ({ event, awsRequestId, timeoutMs }: Invocation) => {
  const endsAt = Date.now() + timeoutMs;
  const context = { awsRequestId, functionName: 'auto-deploy', getRemainingTimeInMillis: () => endsAt - Date.now() };
  handler(event, context)
    .finally(() => end(awsRequestId))
    .then(
      (result) => report({ result: result ?? null }),
      (error: unknown) => report({ error: error instanceof Error ? error.message : String(error) }),
    );
});
process.on('disconnect', () => process.exit(0));
const { user, system } = process.cpuUsage(before);
report({ initCpuMs: (user + system) / 1000 });
