import type { TrainingRunBody } from '../../api/schemas/training-run.ts';
import { type AddCommand, addCommand } from '../command.ts';
import { confirm } from '../terminal/confirm.ts';
import { pathOfRun } from '../watch/read-snapshot.ts';
import { yesFlags } from '../yes-flags.ts';

const examples = ['autodeploy stop nightly-43', 'autodeploy stop nightly-43 --yes    # without a terminal'];

export const addStop: AddCommand = (program, cli) => {
  addCommand(program, 'stop <name>', { summary: 'stop a training at SageMaker, and its monitoring', examples })
    .option(...yesFlags)
    .action(async (name: string, { yes, json }: { yes?: boolean; json?: boolean }) => {
      await confirm(cli, `Stop the training ${name}? What it has learnt is not deployed.`, { yes });
      const { body } = await cli.api().post<TrainingRunBody>(`${pathOfRun(name)}/stop`);
      if (json === true) return cli.printJson(body);
      cli.print(`${body.training_job_name}  ${body.status}`);
      cli.say(`The stop is requested: \`autodeploy watch ${body.training_job_name}\` shows its end`);
    });
};
