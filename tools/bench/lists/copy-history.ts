/** SQL that repeats the first runs with all that belongs to them: through the store 100,000 runs take half an hour. */
import { seededPrefix } from './names.ts';
import { period } from './record-run.ts';

export interface Dialect {
  /** Rows `number` from 1 to `count`. */
  numbers: (count: number) => string;
  /** What comes between the columns and the rows where `seq` is given. */
  withSeq: string;
}

/** What the first `period` runs have. */
export interface FirstRows {
  table: Table;
  columns: readonly string[];
  maxSeq: number;
}

export const tables = ['training_runs', 'deployments', 'history'] as const;
type Table = (typeof tables)[number];

const isInstant = (column: string): boolean => /^at$|_(at|since)$/.test(column);

/** The statement that adds `copies` copies of the first runs' rows of a table: later ones, of other trainings. */
export function copyStatement({ numbers, withSeq }: Dialect, { table, columns, maxSeq }: FirstRows, copies: number): string {
  const runSeq = `(first.${table === 'training_runs' ? 'seq' : 'run_seq'} + number * ${period})`;
  const name = `'${seededPrefix}' || substr(cast(1000000 + ${runSeq} as text), 2)`;
  const replaced: Record<string, string> = {
    seq: `first.seq + number * ${maxSeq}`,
    run_seq: runSeq,
    run_id: `'run-of-' || ${name}`,
    training_job_name: name,
    training_job_arn: `replace(first.training_job_arn, first.training_job_name, ${name})`,
    model_name: name,
    deployment_id: `case when first.deployment_id is null then null else 'd-of-' || ${name} end`,
    live_order: `first.live_order + number * ${period}`,
  };
  const value = (column: string): string =>
    replaced[column] ?? (isInstant(column) ? `first.${column} + number * ${period * 1000}` : `first.${column}`);
  const quoted = columns.map((column) => `"${column}"`).join(', ');
  return `insert into ${table} (${quoted}) ${withSeq} select ${columns.map(value).join(', ')}
    from ${numbers(copies)}, ${table} first where first.seq <= ${maxSeq} order by number, first.seq`;
}
