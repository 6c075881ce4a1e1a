import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
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
import { foldChanges } from './fold-changes.ts';

const tallies = talliesOf('greatest');

const add = ({ name, label, bucket, sumMs, when }: Tally, row: 'old' | 'new', sign: '+' | '-'): string =>
  `insert into tally_changes (name, label, bucket, count, sum_ms)
    select '${name}', ${label(row)}, ${bucket(row)}, ${sign}1, ${sign}${sumMs(row)} where ${when(row)};`;

const row = (name: 'old' | 'new', columns: readonly string[]): string =>
  `(${columns.map((column) => `${name}.${column}`).join(', ')})`;

/** A trigger and its function. A statement that sets columns to what they are changes nothing. */
const trigger = (name: string, table: string, columns: readonly string[], body: string): string[] => [
  `create or replace function ${name}() returns trigger language plpgsql as $$ begin
    if tg_op = 'UPDATE' and ${row('old', columns)} is not distinct from ${row('new', columns)} then return null; end if;
    ${body}
    return null;
  end $$`,
  `create or replace trigger ${name} after insert or delete or update of ${columns.join(', ')} on ${table}
    for each row execute function ${name}()`,
];

/** What a change of a row means to a tally. */
function bodyFor(tally: Tally): string {
  const added = add(tally, 'new', '+');
  if (tally.counts === 'once' || tally.counts === 'each')
    return `if tg_op = 'INSERT' or (tg_op = 'UPDATE' and ${isOneMore(tally, 'old', 'new')}) then ${added} end if;`;
  return `if tg_op ${tally.counts === 'corrected' ? "= 'UPDATE'" : "<> 'INSERT'"} then ${add(tally, 'old', '-')} end if;
      if tg_op <> 'DELETE' then ${added} end if;`;
}

const triggers: readonly string[] = [
  ...tallies.flatMap((tally) => trigger(`derived_${tally.table}_${tally.name}`, tally.table, tally.columns, bodyFor(tally))),
  ...trigger('derived_endpoints', 'deployments', ['endpoint_key'], `if tg_op = 'INSERT' then ${listEndpoint('new')} end if;`),
  ...trigger(
    'derived_status',
    'deployments',
    ['status'],
    `if tg_op = 'DELETE' then ${keepStatus('old.run_seq')} else ${keepStatus('new.run_seq')} end if;`,
  ),
];

const recounts: readonly string[] = [
  // First, since runs are counted by it. What its triggers record is forgotten with the counts.
  `update training_runs set deployment_status = ${newestStatus('training_runs.seq')}`,
  foldChanges,
  forgetCounts(tallies),
  // Before what is counted by endpoint.
  listEndpoints('greatest'),
  ...tallies.flatMap((tally) => recount(tally, 'greatest')),
];

/** What the database keeps of them, as the comment of a table, by which it tells whether it has these. */
const version = `triggers ${createHash('sha256')
  .update([...triggers, ...recounts].join('\n'))
  .digest('hex')}`;

/**
 * Has the database itself keep what follows from its rows, as on SQLite (../sqlite/derived.ts): where its triggers are missing or other
 * ones they are made, and all is counted once. Belongs into the transaction of a migration.
 */
export async function keepDerived(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ kept: string | null }>(`select obj_description('tallies'::regclass, 'pg_class') as kept`);
  if (rows[0]?.kept === version) return;
  await client.query('lock table training_runs, deployments in share row exclusive mode');
  for (const statement of [...triggers, ...recounts]) await client.query(statement);
  await client.query(`comment on table tallies is '${version}'`);
}
