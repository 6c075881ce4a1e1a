import type { TrainingRunDetailsBody } from '../../api/schemas/training-run.ts';
import type { Cli } from '../cli.ts';
import { interruptedError } from '../cli-error.ts';
import type { HistoryEntryBody } from '../../api/schemas/history.ts';
import { type FeedOptions, readFeed } from '../feed/read-feed.ts';
import { newestEntries } from '../feed/newest-entries.ts';
import { type AddCommand, addCommand } from '../command.ts';
import { parseCount } from '../options.ts';
import { changeLine } from '../watch/change-line.ts';
import { pathOfRun } from '../watch/read-snapshot.ts';

interface Options {
  follow?: boolean;
  endpoint?: string;
  limit: number;
  json?: boolean;
}

const examples = [
  'autodeploy history nightly-43          # of one run',
  'autodeploy history -f                  # of all runs, as it happens',
  'autodeploy history -f --endpoint ml-endpoint --json | jq -c "[.at, .to]"',
];

export const addHistory: AddCommand = (program, cli) => {
  addCommand(program, 'history [name]', { summary: 'show what happened, of one run or of all', examples })
    .option('-f, --follow', 'and what happens from now on, until Ctrl-C')
    .option('-e, --endpoint <name>', 'of this endpoint')
    .option('-n, --limit <count>', 'how many of the newest entries, up to 200', parseCount(0, 200), 50)
    .action(async (name: string | undefined, { follow = false, endpoint, limit, json = false }: Options) => {
      const query = { training_job_name: name, endpoint_name: endpoint };
      const { entries, lastId } =
        name === undefined ? await newestEntries(cli.api(), { query, limit }) : await entriesOf(cli, name);
      const shown = entries.slice(entries.length - Math.min(limit, entries.length));
      if (json && !follow) return cli.printJson({ items: shown, last_id: lastId });
      const write = (entry: HistoryEntryBody): void =>
        cli.print(
          json
            ? JSON.stringify(entry)
            : changeLine(entry, name === undefined ? (entry.training_job_name ?? entry.endpoint_name) : null),
        );
      shown.forEach(write);
      if (!follow) return shown.length === 0 ? cli.say('Nothing is recorded') : undefined;
      for await (const entry of readFeed(cli.api(), { after: lastId, query, signal: cli.interrupted, ...reports(cli) }))
        write(entry);
      throw interruptedError();
    });
};

/** What becomes of the feed, said once each time. */
function reports({ say }: Cli): Pick<FeedOptions, 'onBreak' | 'onOpen' | 'onReset'> {
  let isBroken = false;
  return {
    onBreak: (reason) => {
      if (!isBroken) say(`The feed broke off: ${reason}; it is opened again, and nothing is lost`);
      isBroken = true;
    },
    onOpen: () => {
      if (isBroken) say('The feed is open again');
      isBroken = false;
    },
    onReset: () => say('The database is of an earlier state, as after a restored backup; what is new follows'),
  };
}

/** Of a run, whose details say 404 where there is none. */
async function entriesOf(cli: Cli, name: string): Promise<{ entries: HistoryEntryBody[]; lastId: number }> {
  const { history } = await cli.api().get<TrainingRunDetailsBody>(pathOfRun(name));
  return { entries: history, lastId: history.at(-1)?.id ?? 0 };
}
