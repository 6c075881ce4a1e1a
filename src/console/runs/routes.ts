import { Readable } from 'node:stream';
import type { ConsoleDeps } from '../deps.ts';
import type { ConsoleContext, ConsoleRoutes } from '../env.ts';
import { chosenRunRoutes } from './chosen-runs.ts';
import { csvOf, jsonOf } from './export.ts';
import { filterOf, readRunsQuery } from './query.ts';
import { runActRoutes } from './run-acts.ts';
import { runPage } from './run-page.ts';
import { readRunPage } from './run-view.ts';
import { runsPage } from './runs-page.ts';
import { readRuns } from './runs-view.ts';
import { startLikeRoutes } from './start-like.ts';

const queryOf = (c: ConsoleContext) => readRunsQuery(new URL(c.req.url).searchParams);

/** The pages Runs and Run, and what is done there. */
export function runRoutes(app: ConsoleRoutes, deps: ConsoleDeps): void {
  const { ctx } = deps;
  app.get('/runs', async (c) => c.html(runsPage(c.get('frame'), await readRuns(ctx, queryOf(c)))));

  const files = [
    { extension: 'csv', type: 'text/csv; charset=utf-8', linesOf: csvOf },
    { extension: 'json', type: 'application/json', linesOf: jsonOf },
  ] as const;
  for (const { extension, type, linesOf } of files)
    app.get(`/runs.${extension}`, (c) => {
      const lines = linesOf(ctx, filterOf(queryOf(c).query, ctx.now()));
      return c.body(Readable.toWeb(Readable.from(lines)) as ReadableStream, 200, {
        'content-type': type,
        'content-disposition': `attachment; filename="runs.${extension}"`,
      });
    });

  app.get('/runs/:name', async (c) => {
    const view = await readRunPage(ctx, {
      trainingJobName: c.req.param('name'),
      attempt: integerIn(c.req.query('attempt')),
      historyBefore: integerIn(c.req.query('history_before')),
    });
    return c.html(runPage(c.get('frame'), view));
  });
  runActRoutes(app, deps);
  startLikeRoutes(app, deps);
  chosenRunRoutes(app, deps);
}

const integerIn = (text: string | undefined): number | null =>
  text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
