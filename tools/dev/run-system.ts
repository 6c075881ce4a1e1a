import type { WriteStream } from 'node:fs';
import { openLogFile } from './log-file.ts';
import { fault, say } from './output.ts';
import { StartError, type Watcher } from './service.ts';
import { onInterrupt } from './stop-signals.ts';
import { formatLogLine, toConsoleLine } from './console-line.ts';
import { System, type SystemSettings } from './system.ts';
import { banner } from './banner.ts';

const exitCodeKilled = 130;

/** Starts the system, prints its addresses, and stops it on a signal. @returns the exit code of this process. */
export async function runSystem(settings: SystemSettings, logs: string): Promise<number> {
  const system = new System(settings, watcher(logs));
  const stop = onInterrupt({
    repeat: () => {
      system.kill();
      process.exit(exitCodeKilled);
    },
  });
  const started = system.start();
  const failure = await Promise.race([
    stop.requested,
    started.then(() => {
      if (!stop.isRequested()) banner(settings, logs).forEach(say);
      return stop.requested;
    }),
  ]).catch((error: unknown) => error);

  if (stop.isRequested()) say('stopping; Ctrl-C again kills');
  const killed = await system.stop();
  // An interrupted start rejects, too.
  await started.catch(() => {});
  for (const name of killed) fault(`${name} did not end in time and was killed`);
  if (stop.isRequested()) {
    say('stopped');
    return 0;
  }
  if (!(failure instanceof StartError)) throw failure;
  // Its JSON lines are on the console already; the stack traces are in its log.
  for (const line of failure.output.filter((one) => !/^(\{|\s*at |\s*$|Node\.js v)/.test(one))) fault(`  ${line}`);
  fault(`${failure.message}; its log is in ${logs}`);
  return 1;
}

/** Writes every line to the log files, and the lines for the operator to the console. */
function watcher(logs: string): Watcher {
  const files = new Map<string, WriteStream>();
  return {
    line: (service, line) => {
      const file = files.get(service) ?? openLogFile(logs, service);
      files.set(service, file);
      file.write(`${line}\n`);
      const consoleLine = toConsoleLine(service, line);
      if (consoleLine !== null) say(consoleLine);
    },
    say: (service, message) => say(formatLogLine(service, [message])),
  };
}
