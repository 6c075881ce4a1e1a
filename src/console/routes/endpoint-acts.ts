import { isHeld, type EndpointRecord } from '../../core/deployment/endpoint-record.ts';
import { holdEndpoint, releaseEndpoint } from '../../services/delivery/hold-endpoint.ts';
import { readEndpoint } from '../../services/delivery/read-endpoint.ts';
import { rollBackEndpoint } from '../../services/delivery/roll-back-endpoint.ts';
import { type Act, actRoutes } from '../act.ts';
import type { ConsoleDeps } from '../deps.ts';
import type { ConsoleRoutes } from '../env.ts';
import { pathTo } from '../frame/frame.ts';
import { rollbackAct, type RollbackView } from '../pages/rollback.ts';
import { html } from '../html.ts';
import { actionForm } from '../parts/action-form.ts';
import { neededReasonIn, reasonIn, requireTyped } from '../read-form.ts';
import { readEndpointView } from '../views/endpoint-page.ts';

interface Subject {
  endpointName: string;
  record: EndpointRecord | null;
}

/** What people do to an endpoint: hold it, release it, and roll it back. */
export function endpointActRoutes(app: ConsoleRoutes, deps: ConsoleDeps): void {
  const { ctx } = deps;
  const common = {
    role: 'operate',
    section: 'endpoints',
    load: (c) => readEndpoint(ctx, { endpointName: c.req.param('name') ?? '' }),
  } satisfies Partial<Act<Subject>>;

  actRoutes<Subject>(app, deps, {
    ...common,
    path: '/endpoints/:name/hold',
    view: (_frame, { endpointName, record }, written) => ({
      title: `Hold ${endpointName}`,
      content: html`<div class="card narrow stack" id="act">
        <h1>Hold <span class="name">${endpointName}</span></h1>
        <p>
          Nothing is deployed to it any more but what is forced or rolled back. What completes waits, and of it the newest goes
          when the hold ends. What is in progress continues.
        </p>
        ${isHeld(record) ? html`<p class="alert warn">It is held already; this reason takes the place of the one before.</p>` : ''}
        ${actionForm({ id: 'hold', verb: 'Hold the endpoint', reason: 'required', tone: 'primary', written })}
      </div>`,
    }),
    run: async (c, { endpointName }, form) => {
      await holdEndpoint(ctx, { endpointName, by: c.get('frame').caller?.name ?? null, reason: neededReasonIn(form) });
      return pathTo.endpoint(endpointName);
    },
  });

  actRoutes<Subject>(app, deps, {
    ...common,
    path: '/endpoints/:name/release',
    view: (_frame, { endpointName, record }, written) => ({
      title: `Release ${endpointName}`,
      content: html`<div class="card narrow stack" id="act">
        <h1>Release <span class="name">${endpointName}</span></h1>
        <p>
          ${
            isHeld(record)
              ? 'Of what waits the newest is deployed next. Trainings from before a rollback are not deployed by themselves.'
              : 'It is not held: there is nothing to release.'
          }
        </p>
        ${isHeld(record) ? actionForm({ id: 'release', verb: 'End the hold', reason: 'optional', tone: 'primary', written }) : ''}
      </div>`,
    }),
    run: async (c, { endpointName }, form) => {
      await releaseEndpoint(ctx, { endpointName, by: c.get('frame').caller?.name ?? null, reason: reasonIn(form) });
      return pathTo.endpoint(endpointName);
    },
  });

  actRoutes<RollbackView>(app, deps, {
    role: 'operate',
    section: 'endpoints',
    path: '/endpoints/:name/rollback',
    load: async (c) => {
      const endpoint = await readEndpointView(ctx, { endpointName: c.req.param('name') ?? '' });
      const to = c.req.query('to');
      const chosen = endpoint.formerModels.find(
        ({ deployment }) => deployment.deploymentId === to || deployment.trainingJobName === to,
      );
      return { endpoint, target: chosen ?? endpoint.formerModels[0] ?? null };
    },
    view: (frame, subject, written) => ({
      title: `Roll back ${subject.endpoint.endpointName}`,
      content: rollbackAct(frame, subject, written),
    }),
    run: async (c, { endpoint: { endpointName } }, form) => {
      requireTyped(form, endpointName);
      await rollBackEndpoint(ctx, {
        endpointName,
        to: form.get('to'),
        reason: neededReasonIn(form),
        hold: form.get('hold') === 'true',
        by: c.get('frame').caller?.name ?? null,
      });
      return pathTo.endpoint(endpointName);
    },
  });
}
