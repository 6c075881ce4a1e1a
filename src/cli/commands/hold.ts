import type { EndpointDetailsBody } from '../../api/schemas/endpoint.ts';
import { type AddCommand, addCommand } from '../command.ts';
import { parseReason } from '../options.ts';
import { pathOfEndpoint } from '../watch/read-snapshot.ts';

interface Options {
  reason?: string;
  json?: boolean;
}

export const addHold: AddCommand = (program, cli) => {
  addCommand(program, 'hold <endpoint>', {
    summary: 'hold an endpoint: nothing is deployed to it but what is forced or rolled back',
    examples: ["autodeploy hold ml-endpoint --reason 'the quarterly report runs'"],
  })
    .requiredOption('--reason <text>', 'why, for the history', parseReason)
    .action(async (name: string, { reason, json }: Options) => {
      const { body } = await cli.api().post<EndpointDetailsBody>(`${pathOfEndpoint(name)}/hold`, { json: { reason } });
      if (json === true) return cli.printJson(body);
      cli.print(`${body.endpoint_name}  held`);
      cli.say(`What completes waits until \`autodeploy release ${body.endpoint_name}\``);
    });
};

export const addRelease: AddCommand = (program, cli) => {
  addCommand(program, 'release <endpoint>', {
    summary: 'end the hold of an endpoint; the newest of what waits is deployed',
    examples: ['autodeploy release ml-endpoint'],
  })
    .option('--reason <text>', 'why, for the history', parseReason)
    .action(async (name: string, { reason, json }: Options) => {
      const requested = { json: reason === undefined ? undefined : { reason }, repeatForMs: 60_000 };
      const { body } = await cli.api().request<EndpointDetailsBody>('DELETE', `${pathOfEndpoint(name)}/hold`, requested);
      if (json === true) return cli.printJson(body);
      cli.print(`${body.endpoint_name}  not held`);
    });
};
