/** Which deployments a list holds, in SQL that both engines take; each status is a read of an index that is limited by itself. */
import type { SQL } from 'drizzle-orm';
import type { DeploymentFilter } from '../ports/store.ts';
import { endpointKeyOf } from './deployment-values.ts';
import { sql } from './drizzle.ts';

/** Of the alias `one`. */
const conditionsOf = ({ endpointName, trainingJobName, since, until }: Omit<DeploymentFilter, 'statuses'>): SQL[] => [
  ...(endpointName === undefined ? [] : [sql`one.endpoint_key = ${endpointKeyOf(endpointName)}`]),
  // By the index of the run's deployments.
  ...(trainingJobName === undefined
    ? []
    : [sql`one.run_seq = (select seq from training_runs where training_job_name = ${trainingJobName})`]),
  ...(since === undefined ? [] : [sql`one.created_at >= ${since}`]),
  ...(until === undefined ? [] : [sql`one.created_at < ${until}`]),
];

const where = (conditions: readonly SQL[]): SQL =>
  conditions.length === 0 ? sql`` : sql` where ${sql.join([...conditions], sql` and `)}`;

/** The newest ones before a place in the list. */
export function newestDeployments({ statuses, ...others }: DeploymentFilter, before: number | null, limit: number): SQL {
  const conditions = [...conditionsOf(others), ...(before === null ? [] : [sql`one.seq < ${before}`])];
  const read = (more: readonly SQL[]): SQL =>
    sql`select * from (select one.seq from deployments one${where([...conditions, ...more])} order by one.seq desc limit ${limit}) part`;
  const reads = statuses === undefined ? [read([])] : [...new Set(statuses)].map((status) => read([sql`one.status = ${status}`]));
  return reads.length === 0 ? sql`1 = 0` : sql`deployments.seq in (${sql.join(reads, sql` union all `)})`;
}

export const deploymentCounts = (filter: Omit<DeploymentFilter, 'statuses'>): SQL =>
  sql`select one.status as status, count(*) as count from deployments one${where(conditionsOf(filter))} group by one.status`;
