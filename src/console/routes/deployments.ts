import { isFinishedDeployment, type Deployment } from '../../core/deployment/deployment.ts';
import { changesEndpoint } from '../../core/deployment/steps.ts';
import { abortDeployment } from '../../services/delivery/abort-deployment.ts';
import { decideDeployment } from '../../services/delivery/decide-deployment.ts';
import { type ApprovalDetails, readApproval } from '../../services/delivery/read-approval.ts';
import { getDeployment } from '../../services/deployment/get-deployment.ts';
import { type Act, actRoutes } from '../act.ts';
import type { ConsoleDeps } from '../deps.ts';
import type { ConsoleContext, ConsoleRoutes } from '../env.ts';
import { pathTo } from '../frame/frame.ts';
import { html } from '../html.ts';
import { deploymentPage } from '../pages/deployment.ts';
import { actionForm } from '../parts/action-form.ts';
import { decisionFacts } from '../parts/decision.ts';
import { neededReasonIn, reasonIn } from '../read-form.ts';

const idOf = (c: ConsoleContext): string => c.req.param('id') ?? '';
const callerOf = (c: ConsoleContext): string | null => c.get('frame').caller?.name ?? null;

/** The page of a deployment, and what people decide about it. */
export function deploymentRoutes(app: ConsoleRoutes, deps: ConsoleDeps): void {
  const { ctx } = deps;

  app.get('/deployments/:id', async (c) =>
    c.html(deploymentPage(c.get('frame'), await getDeployment(ctx, { deploymentId: idOf(c) }))),
  );

  const decide = (approves: boolean): Act<ApprovalDetails> => ({
    path: `/deployments/:id/${approves ? 'approve' : 'reject'}`,
    role: 'approve',
    section: 'approvals',
    load: (c) => readApproval(ctx, { deploymentId: idOf(c) }),
    view: (frame, details, written) => ({
      title: `${approves ? 'Approve' : 'Reject'} ${details.deployment.trainingJobName}`,
      content: html`<div class="card stack" id="act">
        <h1>${approves ? 'Approve' : 'Reject'} <span class="name">${details.deployment.trainingJobName}</span>?</h1>
        <p>
          ${
            approves
              ? 'Its turn comes again, and its gate is judged once more, against what serves then.'
              : 'It ends as rejected, and its training is not deployed by itself any more.'
          }
        </p>
        ${decisionFacts(frame, details)}
        ${actionForm({
          id: approves ? 'approve' : 'reject',
          verb: approves ? 'Approve' : 'Reject',
          tone: approves ? 'primary' : 'danger',
          reason: approves ? 'optional' : 'required',
          // What the reader was shown: something else may be to decide by then.
          fields: html`<input type="hidden" name="content" value="${details.deployment.approval?.content ?? ''}" />`,
          written,
        })}
      </div>`,
    }),
    run: async (c, _details, form) => {
      const content = form.get('content') ?? '';
      const reason = approves ? reasonIn(form) : neededReasonIn(form);
      await decideDeployment(ctx, { deploymentId: idOf(c), decision: { approves, by: callerOf(c), reason, content } });
      return pathTo.approvals();
    },
  });
  actRoutes(app, deps, decide(true));
  actRoutes(app, deps, decide(false));

  actRoutes<Deployment>(app, deps, {
    path: '/deployments/:id/abort',
    role: 'operate',
    section: 'endpoints',
    load: async (c) => (await getDeployment(ctx, { deploymentId: idOf(c) })).deployment,
    view: (_frame, deployment, written) => ({
      title: `Abort the deployment of ${deployment.trainingJobName}`,
      content: html`<div class="card narrow stack" id="act">
        <h1>Abort the deployment of <span class="name">${deployment.trainingJobName}</span></h1>
        <p>${effectOf(deployment)}</p>
        ${
          isFinishedDeployment(deployment.status)
            ? ''
            : actionForm({ id: 'abort', verb: 'Abort', tone: 'danger', reason: 'required', written })
        }
      </div>`,
    }),
    run: async (c, { deploymentId }, form) => {
      await abortDeployment(ctx, { deploymentId, by: callerOf(c), reason: neededReasonIn(form) });
      return pathTo.deployment(deploymentId);
    },
  });
}

function effectOf({ status, step }: Deployment): string {
  if (isFinishedDeployment(status)) return `It is over: ${status.replaceAll('_', ' ')}.`;
  return status === 'in_progress' && changesEndpoint(step)
    ? 'Its endpoint goes back to what served before. SageMaker cannot interrupt a change, so that this begins when the change is over.'
    : 'It ends as rejected, its endpoint stays as it is, and its training is not deployed by itself any more.';
}
