#!/usr/bin/env node
import { exitCodes } from './exit-codes.ts';
import { runCli } from './run-cli.ts';

const interrupted = new AbortController();
process.on('SIGINT', () => {
  // A second one does not wait for anything.
  if (interrupted.signal.aborted) process.exit(exitCodes.interrupted);
  interrupted.abort();
});
// `autodeploy runs | head`: the reader has what it wants.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.done);
    throw error;
  });

process.exitCode = await runCli({
  args: process.argv.slice(2),
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  interrupted: interrupted.signal,
});
