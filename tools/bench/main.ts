/**
 * `npm run bench`: what the service costs, beside its floors, measured in the same run. Starts everything that it needs on free
 * ports of the loopback address, over temporary folders, and stops it again, also at Ctrl-C.
 */
import { benchBootstrap } from './bootstrap.ts';
import { Cleanup } from './cleanup.ts';
import { benchDeploy } from './deploy.ts';
import { benchEvents } from './events.ts';
import { describeMachine } from './machine.ts';
import { type Options, type Part, readOptions, usage } from './options.ts';
import { benchPolling } from './polling.ts';
import { benchRecovery } from './recovery.ts';
import { asMarkdown, asText, type Report } from './report.ts';
import type { Bench } from './bench.ts';
import { writeFigures } from './write-figures.ts';

const benches: Record<Part, (bench: Bench) => Promise<Report>> = {
  bootstrap: benchBootstrap,
  deploy: benchDeploy,
  events: benchEvents,
  polling: benchPolling,
  recovery: benchRecovery,
};

const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const args = process.argv.slice(2);
const options = readOptions(args);
if (args.includes('--help') || 'faults' in options) {
  const lines = 'faults' in options && !args.includes('--help') ? options.faults : [];
  for (const line of [...lines, ...usage]) process.stderr.write(`${line}\n`);
  process.exitCode = lines.length === 0 ? 0 : 2;
} else {
  process.exitCode = await run(options);
}

async function run(requested: Options): Promise<number> {
  let cleanup = new Cleanup();
  let stopping = false;
  for (const [signal, code] of Object.entries(exitCodes)) {
    // Not `once`: npm hands on what the terminal has sent already, and a second signal must not cut the first one's work short.
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      void cleanup.run().then(() => process.exit(code));
    });
  }
  const machine = describeMachine();
  print(machine);
  const reports: Report[] = [];
  for (const part of requested.parts) {
    cleanup = new Cleanup();
    try {
      const report = await benches[part]({
        options: requested,
        cleanup,
        say: (progress) => process.stderr.write(`${part}: ${progress}\n`),
      });
      reports.push(report);
      print(asText(report));
    } catch (error) {
      // What was stopped under it fails, and the handler ends the process.
      if (stopping) return 1;
      throw error;
    } finally {
      await cleanup.run();
    }
  }
  if (requested.write) writeFigures(reports.map(asMarkdown), { machine, command: ['npm run bench', ...written(args)].join(' ') });
  return 0;
}

function print(text: string): void {
  process.stdout.write(`${text}\n\n`);
}

/** The arguments as they are typed behind npm. */
function written(given: readonly string[]): string[] {
  const rest = given.filter((arg) => arg !== '--write');
  return rest.length === 0 ? [] : ['--', ...rest];
}
