/** The state of the page Runs, which is its address: the parameters of GET /training-jobs. */
import { type DeploymentStatus, deploymentStatuses } from '../../core/deployment/deployment.ts';
import { maxNameLength, namePattern } from '../../core/sagemaker/names.ts';
import { type TrainingRunStatus, trainingRunStatuses } from '../../core/training/training-run.ts';
import type { RunFilter } from '../../ports/store.ts';

export const runDeploymentStatuses = ['none', ...deploymentStatuses] as const;
export type RunDeploymentStatus = DeploymentStatus | 'none';

export interface RunsQuery {
  /** Empty: all. */
  statuses: readonly TrainingRunStatus[];
  deploymentStatuses: readonly RunDeploymentStatus[];
  endpointName: string;
  nameContains: string;
  /** An instant in ISO 8601, or how long ago: `24h`, `7d`. Empty: any. */
  since: string;
  until: string;
  limit: number;
  cursor: string | null;
  /** What was recorded after this instant is counted, and not shown: rows that are read stay where they are. */
  top: number | null;
}

export const nameRule = `must be 1 to ${maxNameLength} letters, digits and inner hyphens`;

export const defaultLimit = 50;
const maxLimit = 100;

/** How long ago a list may begin, for the form. */
export const periods = ['1h', '24h', '7d', '30d'] as const;

const ago = /^([1-9]\d{0,3})([mhd])$/;
const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Returns the query of an address. What it holds that cannot be is left out, with a sentence for the reader about each. */
export function readRunsQuery(fields: URLSearchParams): { query: RunsQuery; issues: string[] } {
  const issues: string[] = [];
  const text = (name: string): string => fields.get(name)?.trim() ?? '';
  const words = <Word extends string>(name: string, known: readonly Word[]): Word[] => {
    const written = fields
      .getAll(name)
      .flatMap((value) => value.split(','))
      .filter((word) => word !== '');
    const found = known.filter((word) => written.includes(word));
    if (written.some((word) => !(known as readonly string[]).includes(word)))
      issues.push(`${name} must be one of ${known.join(', ')}, or several of them.`);
    return found;
  };
  const checked = (name: string, isValid: (value: string) => boolean, rule: string): string => {
    const value = text(name);
    if (value === '' || isValid(value)) return value;
    issues.push(`${name} ${rule}.`);
    return '';
  };
  const isName = (value: string): boolean => value.length <= maxNameLength && namePattern.test(value);
  const isInstant = (value: string): boolean =>
    ago.test(value) || (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) && Number.isFinite(Date.parse(value)));
  const instantRule = 'must be an instant as 2026-11-24T15:02:53Z, or a time ago as 24h or 7d';
  const limit = checked(
    'limit',
    (value) => /^\d{1,3}$/.test(value) && Number(value) >= 1 && Number(value) <= maxLimit,
    `must be an integer from 1 to ${maxLimit}`,
  );
  const top = text('top');
  return {
    query: {
      statuses: words('status', trainingRunStatuses),
      deploymentStatuses: words('deployment_status', runDeploymentStatuses),
      endpointName: checked('endpoint_name', isName, nameRule),
      nameContains: checked(
        'name_contains',
        (value) => value.length <= maxNameLength && /^[a-zA-Z0-9-]+$/.test(value),
        'must be a part of a name: letters, digits and hyphens',
      ),
      since: checked('since', isInstant, instantRule),
      until: checked('until', isInstant, instantRule),
      limit: limit === '' ? defaultLimit : Number(limit),
      // One of GET /training-jobs also says what its filters were, which a page has in its address.
      cursor: text('cursor').split('.')[0] || null,
      top: /^\d{1,15}$/.test(top) ? Number(top) : null,
    },
    issues,
  };
}

/** The address of the page with another query, from `?`; empty for that of all runs. */
export function writeRunsQuery(query: Partial<RunsQuery>): string {
  const fields = new URLSearchParams();
  const add = (name: string, value: string | number | null | undefined): void => {
    if (value !== undefined && value !== null && value !== '') fields.set(name, String(value));
  };
  add('status', query.statuses?.join(','));
  add('deployment_status', query.deploymentStatuses?.join(','));
  add('endpoint_name', query.endpointName);
  add('name_contains', query.nameContains);
  add('since', query.since);
  add('until', query.until);
  if (query.limit !== defaultLimit) add('limit', query.limit);
  add('cursor', query.cursor);
  add('top', query.top);
  const written = fields.toString().replaceAll('%2C', ',');
  return written === '' ? '' : `?${written}`;
}

/** The runs that a query is about, without the page of them. */
export function filterOf(query: RunsQuery, now: number): RunFilter {
  const { statuses, deploymentStatuses: wanted, endpointName, nameContains, since, until } = query;
  return {
    ...(statuses.length === 0 ? {} : { statuses }),
    ...(wanted.length === 0 ? {} : { deploymentStatuses: wanted }),
    ...(endpointName === '' ? {} : { endpointName }),
    ...(nameContains === '' ? {} : { nameContains }),
    ...(since === '' ? {} : { since: instantOf(since, now) }),
    ...(until === '' ? {} : { until: instantOf(until, now) }),
  };
}

function instantOf(text: string, now: number): number {
  const [, count, unit = ''] = ago.exec(text) ?? [];
  return count === undefined ? Date.parse(text) : now - Number(count) * (unitMs[unit] ?? 0);
}

/** Whether it shows all runs: an empty page has another reason then. */
export const isUnfiltered = (query: RunsQuery): boolean =>
  writeRunsQuery({ ...query, limit: defaultLimit, cursor: null, top: null }) === '';

/** Adds a word to those that are wanted, or takes it away. */
export const toggled = <Word>(words: readonly Word[], word: Word): Word[] =>
  words.includes(word) ? words.filter((one) => one !== word) : [...words, word];
