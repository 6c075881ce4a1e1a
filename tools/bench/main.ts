/**
 * `npm run bench`: the cost of the service over its baselines, measured in the same run. Starts every process that it needs on free ports
 * of the loopback address, with temporary folders, and stops them again, also at Ctrl-C.
 */
import { benchBacklog } from './backlog.ts';
import { benchBootstrap } from './bootstrap.ts';
import { Cleanup } from './cleanup.ts';
import { benchConsole } from './console.ts';
import { benchDeploy } from './deploy.ts';
import { benchEvents } from './events.ts';
import { benchHistory } from './history.ts';
import { benchLists } from './lists.ts';
import { describeMachine } from './machine.ts';
import { type Options, type Part, readOptions, usage } from './options.ts';
import { benchPolling } from './polling.ts';
import { benchRecovery } from './recovery.ts';
import { asMarkdown, asText, type Report } from './report.ts';
import type { Bench } from './bench.ts';
import { benchWorkers } from './workers.ts';
import { writeFigures } from './write-figures.ts';

const benches: Record<Part, (bench: Bench) => Promise<Report>> = {
  bootstrap: benchBootstrap,
  deploy: benchDeploy,
  events: benchEvents,
  polling: benchPolling,
  workers: benchWorkers,
  recovery: benchRecovery,
  lists: benchLists,
  history: benchHistory,
  console: benchConsole,
  backlog: benchBacklog,
};

const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const args = process.argv.slice(2);
const options = readOptions(args);
if (args.includes('--help') || 'errors' in options) {
  const lines = 'errors' in options && !args.includes('--help') ? options.errors : [];
  for (const line of [...lines, ...usage]) process.stderr.write(`${line}\n`);
  process.exitCode = lines.length === 0 ? 0 : 2;
} else {
  process.exitCode = await run(options);
}

async function run(requested: Options): Promise<number> {
  let cleanup = new Cleanup();
  let stopping = false;
  for (const [signal, code] of Object.entries(exitCodes)) {
    // Not `once`: npm forwards a signal that the terminal has sent already, and a second one must not interrupt the cleanup.
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      void cleanup.run().then(() => process.exit(code));
    });
  }
  const machine = describeMachine();
  print(machine);
  for (const part of requested.parts) {
    cleanup = new Cleanup();
    try {
      const report = await benches[part]({
        options: requested,
        cleanup,
        say: (progress) => process.stderr.write(`${part}: ${progress}\n`),
      });
      print(asText(report));
      if (requested.write) {
        const command = ['npm run bench', ...typedArguments(args)].join(' ');
        writeFigures({ part, text: asMarkdown(report), machine, command });
      }
    } catch (error) {
      // A bench fails when its processes are stopped, and the handler ends this process.
      if (stopping) return 1;
      throw error;
    } finally {
      await cleanup.run();
    }
  }
  return 0;
}

function print(text: string): void {
  process.stdout.write(`${text}\n\n`);
}

/** The arguments as an operator types them after `npm run bench`, without `--write`. */
function typedArguments(all: readonly string[]): string[] {
  const rest = all.filter((arg) => arg !== '--write');
  return rest.length === 0 ? [] : ['--', ...rest];
}
