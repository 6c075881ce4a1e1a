import { requestDeployment } from '../../services/deployment/request-deployment.ts';
import { getRun, type RunDetails } from '../../services/training/get-run.ts';
import { stopRun } from '../../services/training/stop-run.ts';
import { type Act, actRoutes } from '../act.ts';
import type { ConsoleDeps } from '../deps.ts';
import type { ConsoleContext, ConsoleRoutes } from '../env.ts';
import { may, pathTo } from '../frame/frame.ts';
import { type Html, html } from '../html.ts';
import { actionForm, checkedOf, type Written } from '../parts/action-form.ts';
import { reasonIn } from '../read-form.ts';

const by = (c: ConsoleContext): string | null => c.get('frame').caller?.name ?? null;

/** What people do to a run: stop its training, and deploy it. */
export function runActRoutes(app: ConsoleRoutes, deps: ConsoleDeps): void {
  const { ctx } = deps;
  const common = {
    role: 'operate',
    section: 'runs',
    load: (c) => getRun(ctx, { trainingJobName: c.req.param('name') ?? '' }),
  } satisfies Partial<Act<RunDetails>>;

  actRoutes<RunDetails>(app, deps, {
    ...common,
    path: '/runs/:name/stop',
    view: (_frame, { run }, written) =>
      card('Stop', run.trainingJobName, [
        html`<p>
          SageMaker stops the training, which it cannot continue; its model is not deployed. What it has cost so far is paid.
        </p>`,
        actionForm({ id: 'stop', verb: 'Stop the training', reason: 'none', tone: 'danger', written }),
      ]),
    run: async (c, { run }) => {
      await stopRun(ctx, { trainingJobName: run.trainingJobName, by: by(c) });
      return pathTo.run(run.trainingJobName);
    },
  });

  actRoutes<RunDetails>(app, deps, {
    ...common,
    path: '/runs/:name/deploy',
    view: (frame, { run }, written) =>
      card('Deploy', run.trainingJobName, [
        html`<p>
          Its model goes to <span class="name">${run.endpointName}</span> when it is its turn, by the policy of the endpoint.
        </p>`,
        actionForm({
          id: 'deploy',
          verb: 'Deploy',
          reason: 'optional',
          tone: 'primary',
          written,
          fields: forceField(may(frame, 'approve'), written),
        }),
      ]),
    run: async (c, { run }, form) => {
      const { caller } = c.get('frame');
      await requestDeployment(ctx, {
        trainingJobName: run.trainingJobName,
        force: form.get('force') === 'on',
        trigger: 'api',
        requestedBy: caller?.name ?? null,
        role: caller?.role ?? 'read',
        reason: reasonIn(form),
      });
      return pathTo.run(run.trainingJobName);
    },
  });
}

const card = (act: string, name: string, parts: readonly (Html | '')[]): { title: string; content: Html } => ({
  title: `${act} ${name}`,
  content: html`<div class="card narrow stack" id="act">
    <h1>${act} <span class="name">${name}</span></h1>
    ${parts}
  </div>`,
});

const forceField = (mayOverride: boolean, written: Written): Html =>
  html`<label class="check"
    ><input type="checkbox" name="force" ${checkedOf(written, 'force', false)} /><span
      >Force: also where a newer training is live, the endpoint is held, or this one was turned
      down.${mayOverride ? ' With a reason also past gate and approval, which the history calls an override.' : ''}</span
    ></label
  >`;
