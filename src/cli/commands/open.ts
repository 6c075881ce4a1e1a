import { spawn } from 'node:child_process';
import type { EndpointDetailsBody } from '../../api/schemas/endpoint.ts';
import type { TrainingRunDetailsBody } from '../../api/schemas/training-run.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { consoleAddress, consoleAddressOfEndpoint, consoleAddressOfRun } from '../console-address.ts';
import type { Api } from '../http/api.ts';
import { type AddCommand, addCommand } from '../command.ts';
import { pathOfEndpoint, pathOfRun } from '../watch/read-snapshot.ts';

const examples = ['autodeploy open', 'autodeploy open nightly-43', 'autodeploy open ml-endpoint --no-browser'];

export const addOpen: AddCommand = (program, cli) => {
  addCommand(program, 'open [name]', {
    summary: 'print the address of the console, of a run or of an endpoint, and open it',
    examples,
  })
    .option('--no-browser', 'print the address only; so it is without a terminal')
    .action(async (name: string | undefined, { browser, json }: { browser: boolean; json?: boolean }) => {
      const address = name === undefined ? consoleAddress(cli.api().url) : await addressOf(cli.api(), name);
      if (json === true) return cli.printJson({ url: address });
      cli.print(address);
      if (browser && cli.stdout.isTTY === true && !(await openBrowser(cli, address))) cli.say('No browser could be opened here');
    });
};

/** Of the run of this name, or else of the endpoint. */
async function addressOf(api: Api, name: string): Promise<string> {
  const read = <Body>(path: string): Promise<Body | null> =>
    api.get<Body>(path).catch((error: unknown) => {
      if (error instanceof CliError && error.problem?.code === 'not_found') return null;
      throw error;
    });
  const run = await read<TrainingRunDetailsBody>(pathOfRun(name));
  if (run !== null) return consoleAddressOfRun(api.url, run.training_job_name);
  const endpoint = await read<EndpointDetailsBody>(pathOfEndpoint(name));
  if (endpoint !== null) return consoleAddressOfEndpoint(api.url, endpoint.endpoint_name);
  throw new CliError(`Neither a run nor an endpoint has the name ${name}`, {
    hint: '`autodeploy runs` and `autodeploy endpoints` list what there is',
  });
}

/** BROWSER is the convention of Unix programs; it may hold several, the first one wins. */
function openBrowser({ env }: Cli, address: string): Promise<boolean> {
  const chosen = env['BROWSER']?.split(':')[0];
  const system = { darwin: 'open', win32: 'explorer' }[process.platform as string] ?? 'xdg-open';
  return new Promise((resolve) => {
    const child = spawn(chosen === undefined || chosen === '' ? system : chosen, [address], { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
