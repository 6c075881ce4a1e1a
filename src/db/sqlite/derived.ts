import type Sqlite from 'better-sqlite3';
import {
  forgetCounts,
  isOneMore,
  keepStatus,
  listEndpoint,
  listEndpoints,
  newestStatus,
  recount,
  talliesOf,
  type Tally,
} from '../tallies.ts';

const tallies = talliesOf('max');

const add = ({ name, label, bucket, sumMs, when }: Tally, row: 'old' | 'new', sign: '+' | '-', further = ''): string =>
  `insert into tallies (name, label, bucket, count, sum_ms)
    select '${name}', ${label(row)}, ${bucket(row)}, ${sign}1, ${sign}${sumMs(row)} where ${when(row)}${further}
    on conflict (name, label, bucket) do update set count = count + excluded.count, sum_ms = sum_ms + excluded.sum_ms;`;

const trigger = (name: string, event: string, statements: readonly string[]): [string, string] => [
  `derived_${name}`,
  `create trigger derived_${name} after ${event} begin ${statements.join(' ')} end`,
];

/** What a changed row means to a tally. */
const update = (tally: Tally): string[] =>
  tally.counts === 'once' || tally.counts === 'each'
    ? [add(tally, 'new', '+', ` and ${isOneMore(tally, 'old', 'new')}`)]
    : [add(tally, 'old', '-'), add(tally, 'new', '+')];

/** Each by its name. SQLite keeps their text, by which a database tells whether it has these. */
const triggers: ReadonlyMap<string, string> = new Map([
  ...tallies.flatMap((tally) => [
    trigger(`${tally.table}_${tally.name}_inserted`, `insert on ${tally.table}`, [add(tally, 'new', '+')]),
    ...(tally.counts === 'rows'
      ? [trigger(`${tally.table}_${tally.name}_deleted`, `delete on ${tally.table}`, [add(tally, 'old', '-')])]
      : []),
    trigger(`${tally.table}_${tally.name}_updated`, `update of ${tally.columns.join(', ')} on ${tally.table}`, update(tally)),
  ]),
  trigger('endpoints_inserted', 'insert on deployments', [listEndpoint('new')]),
  trigger('status_inserted', 'insert on deployments', [keepStatus('new.run_seq')]),
  trigger('status_deleted', 'delete on deployments', [keepStatus('old.run_seq')]),
  trigger('status_updated', 'update of status on deployments', [keepStatus('new.run_seq')]),
]);

/**
 * Has the database itself keep what follows from its rows: each run's deployment status, and the counts of `tallies`, which would else
 * be read from all rows at each scrape. Kept by triggers, so that no statement can forget to. Where they are missing or other ones, as
 * after a migration that recreated a table, they are made, and all is counted once; totals keep what they counted of rows that were
 * deleted since.
 */
export function keepDerived(sqlite: Sqlite.Database): void {
  const found = new Map(
    sqlite
      .prepare<[], [string, string]>(
        `select name, sql from sqlite_schema where type = 'trigger' and name like 'derived\\_%' escape '\\'`,
      )
      .raw()
      .all(),
  );
  const isKept = found.size === triggers.size && [...triggers].every(([name, text]) => isSame(found.get(name), text));
  if (isKept) return;
  sqlite
    .transaction(() => {
      for (const name of found.keys()) sqlite.exec(`drop trigger ${name}`);
      // First, since runs are counted by it.
      sqlite.exec(`update training_runs set deployment_status = ${newestStatus('training_runs.seq')}`);
      sqlite.exec(forgetCounts(tallies));
      // Before what is counted by endpoint.
      sqlite.exec(listEndpoints('max'));
      for (const statement of tallies.flatMap((tally) => recount(tally, 'max'))) sqlite.exec(statement);
      for (const text of triggers.values()) sqlite.exec(text);
    })
    .immediate();
}

/** SQLite writes the first two words its own way. */
const isSame = (found: string | undefined, wanted: string): boolean => found?.toLowerCase() === wanted.toLowerCase();
