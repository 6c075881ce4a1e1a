/** All runs of a filter as a file, so far as they are few enough. */
import { viewOfRun } from '../../core/training/run-view.ts';
import type { RunFilter, RunView } from '../../ports/store.ts';
import type { ServiceContext } from '../../services/context.ts';

/** Of a longer list the newest; who needs more pages through the API. */
export const maxExported = 10_000;
const rowsAtOnce = 100;

/** Reads page by page, so that neither the service nor the reader of a slow line holds all of it. */
async function* runsOf({ store }: ServiceContext, filter: RunFilter): AsyncGenerator<RunView> {
  let cursor: string | null = null;
  for (let count = 0; count < maxExported; count += rowsAtOnce) {
    const page: { items: RunView[]; nextCursor: string | null } = await store.runs.list({
      filter,
      page: { limit: rowsAtOnce, cursor },
    });
    yield* page.items;
    cursor = page.nextCursor;
    if (cursor === null) return;
  }
}

export async function* jsonOf(ctx: ServiceContext, filter: RunFilter): AsyncGenerator<string> {
  let before = '[\n';
  for await (const run of runsOf(ctx, filter)) {
    yield `${before}${JSON.stringify(viewOfRun(run))}`;
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

const columns = [
  'training_job_name',
  'endpoint_name',
  'status',
  'deployment_status',
  'failure_kind',
  'failure_reason',
  'created_at',
  'finished_at',
  'model_artifact',
  'metrics',
] as const;

export async function* csvOf(ctx: ServiceContext, filter: RunFilter): AsyncGenerator<string> {
  yield `${columns.join(',')}\r\n`;
  for await (const run of runsOf(ctx, filter)) {
    const view = viewOfRun(run);
    yield `${columns.map((column) => cell(column === 'metrics' ? (view.metrics === null ? null : JSON.stringify(view.metrics)) : view[column])).join(',')}\r\n`;
  }
}

/** As RFC 4180 has it. What a spreadsheet would take for a formula is a text: the words of a failure come from others. */
export function cell(value: string | null): string {
  if (value === null) return '';
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
