/** What people decide about a deployment. */
import { createRoute } from '@hono/zod-openapi';
import { ServiceError } from '../../core/errors.ts';
import { abortDeployment } from '../../services/delivery/abort-deployment.ts';
import { decideDeployment } from '../../services/delivery/decide-deployment.ts';
import type { ApiDeps } from '../deps.ts';
import { callerOf, type Routes } from '../env.ts';
import { checkedBody } from '../middleware/json-body.ts';
import { changeProblems, json } from '../problems/openapi.ts';
import { ApproveRequestSchema, RejectRequestSchema } from '../schemas/decision-request.ts';
import { DeploymentSchema } from '../schemas/deployment.ts';
import { jsonBody } from '../schemas/json-body.ts';
import { DeploymentParams } from '../schemas/request.ts';
import { serializeDeployment } from '../serialize.ts';
import { needsRole } from './security.ts';

const approveBody = jsonBody('ApproveRequest', ApproveRequestSchema, { example: { reason: 'better on the French test set' } });
const rejectBody = jsonBody('RejectRequest', RejectRequestSchema, {
  example: { reason: 'worse on the French test set' },
  required: 'a JSON object with a reason',
});

const problemsOfDecision = ['not_found', 'already_decided', 'not_awaiting_approval', 'database_unavailable'] as const;

const approve = createRoute({
  method: 'post',
  path: '/deployments/{deployment_id}/approve',
  operationId: 'approveDeployment',
  security: needsRole('approve'),
  tags: ['deployment'],
  summary: 'Approve a deployment that awaits an approval',
  description: 'Its turn comes again, and its gate is judged once more, against what serves then.',
  request: { params: DeploymentParams, body: approveBody },
  responses: {
    200: json(DeploymentSchema, 'The deployment, approved now or before'),
    ...changeProblems(...problemsOfDecision, 'self_approval'),
  },
});

const reject = createRoute({
  method: 'post',
  path: '/deployments/{deployment_id}/reject',
  operationId: 'rejectDeployment',
  security: needsRole('approve'),
  tags: ['deployment'],
  summary: 'Reject a deployment that awaits an approval',
  description: 'Its training is not deployed by itself any more.',
  request: { params: DeploymentParams, body: rejectBody },
  responses: {
    200: json(DeploymentSchema, 'The deployment, rejected now or before'),
    ...changeProblems(...problemsOfDecision),
  },
});

const abort = createRoute({
  method: 'post',
  path: '/deployments/{deployment_id}/abort',
  operationId: 'abortDeployment',
  security: needsRole('operate'),
  tags: ['deployment'],
  summary: 'End a deployment that waits or is in progress',
  description:
    'Before the endpoint was touched it ends as `rejected`. Afterwards the endpoint goes back to what served, and the deployment ends as ' +
    '`rolled_back`; SageMaker cannot interrupt a change, so that this begins when the change is over.',
  request: { params: DeploymentParams, body: rejectBody },
  responses: {
    200: json(DeploymentSchema, 'The deployment: rejected, or with the request recorded'),
    ...changeProblems('not_found', 'not_awaiting_approval', 'database_unavailable'),
  },
});

export function decisionRoutes(routes: Routes, { ctx, basePath }: ApiDeps): void {
  routes.openAPIRegistry.register('ApproveRequest', ApproveRequestSchema);
  routes.openAPIRegistry.register('RejectRequest', RejectRequestSchema);

  const decide = async (deploymentId: string, approves: boolean, by: string | null, reason: string | null) => {
    const decision = { approves, by, reason };
    const deployment = await decideDeployment(ctx, { deploymentId, decision }).catch(asNothingToDecide);
    return serializeDeployment(deployment, basePath);
  };

  routes.openapi(approve, async (c) => {
    const { reason = null } = checkedBody(c, approveBody);
    return c.json(await decide(c.req.valid('param').deployment_id, true, callerOf(c).name, reason), 200);
  });

  routes.openapi(reject, async (c) => {
    const { reason } = checkedBody(c, rejectBody);
    return c.json(await decide(c.req.valid('param').deployment_id, false, callerOf(c).name, reason), 200);
  });

  routes.openapi(abort, async (c) => {
    const { deployment_id: deploymentId } = c.req.valid('param');
    const deployment = await abortDeployment(ctx, { deploymentId, by: callerOf(c).name, ...checkedBody(c, rejectBody) });
    return c.json(serializeDeployment(deployment, basePath), 200);
  });
}

/** The code `expired` is for a link alone. */
function asNothingToDecide(error: unknown): never {
  if (error instanceof ServiceError && error.code === 'expired')
    throw new ServiceError('not_awaiting_approval', error.message, { cause: error });
  throw error;
}
