/** The Lambda function `auto_deploy.handler`: EventBridge's state changes of SageMaker, handed to the service. */
import { createHandler } from './handler.ts';
import { createLog } from './log-line.ts';

export const handler = createHandler({
  env: process.env,
  log: createLog((line) => void process.stdout.write(line), Date.now),
  now: Date.now,
});
