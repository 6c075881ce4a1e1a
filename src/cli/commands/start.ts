import type { TrainingRunBody } from '../../api/schemas/training-run.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { newIdempotencyKey } from '../http/api.ts';
import type { FlagNames } from '../http/flag-names.ts';
import { type AddCommand, addCommand } from '../command.ts';
import { collectPair, parseReason, timeoutFlags } from '../options.ts';
import { readRequest } from '../read-request.ts';
import { watch } from '../watch/watch.ts';

interface Options {
  endpoint?: string;
  hyperparameter?: Record<string, string>;
  request?: string;
  deploy: boolean;
  reason?: string;
  idempotencyKey?: string;
  watch?: boolean;
  timeout?: number;
  json?: boolean;
}

const examples = [
  'autodeploy start                                 # the settings of the service',
  'autodeploy start nightly-43 -H epochs=3 -H learning-rate=0.0001 --watch',
  'autodeploy start --request examples/pytorch-spot/request.json --watch --timeout 6h',
];

const flags: FlagNames = { training_job_name: 'NAME', endpoint_name: '--endpoint', hyperparameters: '-H', reason: '--reason' };

export const addStart: AddCommand = (program, cli, setExitCode) => {
  addCommand(program, 'start [name]', { summary: 'start a training, whose model is deployed when it completes', examples })
    .option('-e, --endpoint <name>', 'deploy to this endpoint')
    .option('-H, --hyperparameter <key=value>', 'a hyperparameter; give it once for each', collectPair)
    .option('-r, --request <file>', 'the body of POST /bootstrap as a JSON file, - for stdin; the flags are laid over it')
    .option('--no-deploy', 'train only')
    .option('--reason <text>', 'why, for the history', parseReason)
    .option('--idempotency-key <key>', 'repeating the command with the same key starts nothing; made by itself without one')
    .option('-w, --watch', 'watch it until it is live')
    .option(...timeoutFlags)
    .action(async (name: string | undefined, options: Options) => {
      const run = await start(cli, name, options);
      const { training_job_name: trainingJobName } = run;
      if (options.watch !== true) return options.json === true ? cli.printJson(run) : cli.print(trainingJobName);
      setExitCode(await watch(cli, { trainingJobName, timeoutMs: options.timeout ?? null, json: options.json === true }));
    });
};

/** A lost response is repeated with the same Idempotency-Key, so that it starts one training. */
async function start(cli: Cli, name: string | undefined, options: Options): Promise<TrainingRunBody> {
  const { endpoint, hyperparameter, request: file = null, reason, json, idempotencyKey: key = newIdempotencyKey() } = options;
  const base = file === null ? {} : await readRequest(cli, file);
  const body = {
    ...base,
    ...(name === undefined ? {} : { training_job_name: name }),
    ...(endpoint === undefined ? {} : { endpoint_name: endpoint }),
    ...(reason === undefined ? {} : { reason }),
    ...(hyperparameter === undefined ? {} : { hyperparameters: { ...asObject(base['hyperparameters']), ...hyperparameter } }),
  };
  const requested = { query: { auto_deploy: options.deploy }, json: body, headers: { 'idempotency-key': key } };
  const used = Object.fromEntries(Object.entries(flags).filter(([field]) => file === null || isFromFlag(field, name, options)));
  const { status, body: run } = await cli
    .api()
    .post<TrainingRunBody>('/bootstrap', { ...requested, flags: used, file })
    .catch(mayBeRecorded(key));
  if (json !== true) {
    const { training_job_name: trainingJobName, endpoint_name: endpointName } = run;
    const what = options.deploy ? `; its model goes to ${endpointName}` : '';
    cli.say(
      status === 200 ? `${trainingJobName} was started before, with the same key${what}` : `Started ${trainingJobName}${what}`,
    );
    if (options.watch !== true) cli.say(`Watch it: autodeploy watch ${trainingJobName}`);
  }
  return run;
}

const isFromFlag = (field: string, name: string | undefined, { endpoint, hyperparameter, reason }: Options): boolean =>
  ({ training_job_name: name, endpoint_name: endpoint, hyperparameters: hyperparameter, reason })[field] !== undefined;

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** Without a response the run may be recorded: the key makes the next attempt the same one. */
const mayBeRecorded =
  (key: string) =>
  (error: unknown): never => {
    const isLost = error instanceof CliError && (error.mayHaveArrived || (error.problem?.status ?? 0) >= 500);
    if (isLost)
      throw error.withHint(
        `The run may be recorded. Repeat the command with --idempotency-key ${key}: it starts one training at most`,
      );
    throw error;
  };
