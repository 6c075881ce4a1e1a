import { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv, Routes } from '../env.ts';
import type { HistoryStreams } from '../streams/history-stream.ts';
import { toFieldIssues } from '../problems/validation-issues.ts';
import { invalidRequest } from '../problems/api-error.ts';
import { approvalRoutes } from './approvals.ts';
import { bootstrapRoutes } from './bootstrap.ts';
import { deploymentRoutes } from './deployments.ts';
import { decisionRoutes } from './decisions.ts';
import { endpointRoutes } from './endpoints.ts';
import { eventRoutes } from './events.ts';
import { endpointStatusRoutes } from './endpoint-status.ts';
import { historyRoutes } from './history.ts';
import { healthRoutes } from './health.ts';
import { metricsRoutes } from './metrics.ts';
import { pageRoutes } from './pages.ts';
import { statusRoutes } from './status.ts';
import { trainingJobRoutes } from './training-jobs.ts';

/** All routes, to be mounted at `/` and under the base path. */
export function createRoutes(deps: ApiDeps, historyStreams: HistoryStreams): Routes {
  const routes: Routes = new OpenAPIHono<ApiEnv>({
    // Never for query and headers: middleware/check-request.ts has accepted them by then.
    defaultHook: (result) => {
      if (!result.success) throw invalidRequest(toFieldIssues(result.error, result.target));
    },
  });
  bootstrapRoutes(routes, deps);
  trainingJobRoutes(routes, deps);
  deploymentRoutes(routes, deps);
  approvalRoutes(routes, deps);
  decisionRoutes(routes, deps);
  endpointRoutes(routes, deps);
  endpointStatusRoutes(routes, deps);
  historyRoutes(routes, { ...deps, historyStreams });
  eventRoutes(routes, deps);
  healthRoutes(routes, deps);
  statusRoutes(routes, deps);
  metricsRoutes(routes, deps);
  pageRoutes(routes, deps);
  return routes;
}
