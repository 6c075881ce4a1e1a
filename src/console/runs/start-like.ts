import { randomUUID } from 'node:crypto';
import { InvalidRequestError } from '../../core/errors.ts';
import { namePattern } from '../../core/sagemaker/names.ts';
import { isObject } from '../../core/shapes/shapes.ts';
import { trainingOf } from '../../core/training/run-shapes.ts';
import type { RunView } from '../../ports/store.ts';
import { createRun } from '../../services/training/create-run.ts';
import { getRun } from '../../services/training/get-run.ts';
import { actRoutes } from '../act.ts';
import type { ConsoleDeps } from '../deps.ts';
import type { ConsoleRoutes } from '../env.ts';
import { pathTo } from '../frame/frame.ts';
import { type Html, html } from '../html.ts';
import { actionForm, checkedOf, fieldOf, type Written } from '../parts/action-form.ts';
import { reasonIn } from '../read-form.ts';
import { invalidForm } from '../refusal.ts';
import { nameRule } from './query.ts';

/** Starts another training of what a run is made of, secrets included, which no page shows. Pressed twice it starts one. */
export function startLikeRoutes(app: ConsoleRoutes, deps: ConsoleDeps): void {
  const { ctx } = deps;
  actRoutes<RunView>(app, deps, {
    path: '/runs/:name/start-like',
    role: 'operate',
    section: 'runs',
    load: async (c) => (await getRun(ctx, { trainingJobName: c.req.param('name') ?? '' })).run,
    view: (_frame, run, written) => ({
      title: `Start one like ${run.trainingJobName}`,
      content: html`<div class="card narrow stack" id="act">
        <h1>Start one like <span class="name">${run.trainingJobName}</span></h1>
        <p>A new training begins at once, with the same request, and costs what that one cost.</p>
        ${actionForm({ id: 'start-like', verb: 'Start the training', reason: 'optional', tone: 'primary', written, fields: fieldsOf(run, written) })}
      </div>`,
    }),
    run: async (c, run, form) => {
      const { run: started } = await createRun(ctx, {
        autoDeploy: form.get('auto_deploy') === 'on',
        idempotencyKey: keyIn(form),
        requestedBy: c.get('frame').caller?.name ?? null,
        body: {
          trainingJobName: nameIn(form, 'training_job_name') ?? undefined,
          endpointName: nameIn(form, 'endpoint_name') ?? run.endpointName,
          reason: reasonIn(form) ?? undefined,
          hyperparameters: hyperparametersIn(form),
          shapes: shapesIn(run),
        },
      });
      return pathTo.run(started.trainingJobName);
    },
  });
}

function shapesIn(run: RunView) {
  const training = trainingOf(run);
  if (training === null || run.shapes === null)
    throw new InvalidRequestError([
      { field: 'run', detail: 'was not started by this version of the service, which does not know its request' },
    ]);
  return run.shapes;
}

function fieldsOf(run: RunView, written: Written): Html {
  const held = trainingOf(run)?.HyperParameters;
  const names = isObject(held) ? Object.keys(held) : [];
  return html`<input type="hidden" name="key" value="${randomUUID()}" />
    <label for="start-name">Name <span class="note">(optional)</span></label>
    <input
      id="start-name"
      name="training_job_name"
      value="${fieldOf(written, 'training_job_name', '')}"
      autocomplete="off"
      autocapitalize="none"
      spellcheck="false"
    />
    <label for="start-endpoint">Endpoint</label>
    <input
      id="start-endpoint"
      name="endpoint_name"
      value="${fieldOf(written, 'endpoint_name', run.endpointName)}"
      required
      autocapitalize="none"
      spellcheck="false"
    />
    <label for="start-parameters">Other hyperparameters <span class="note">(a line each: NAME=VALUE)</span></label>
    <textarea id="start-parameters" name="hyperparameters" rows="2" spellcheck="false">
${fieldOf(written, 'hyperparameters', '')}</textarea>
    ${names.length === 0 ? '' : html`<p class="note">The run has ${names.join(', ')}; what is not named here stays as it was.</p>`}
    <label class="check"
      ><input type="checkbox" name="auto_deploy" ${checkedOf(written, 'auto_deploy', run.autoDeploy)} /><span
        >Deploy it by itself when the training completes</span
      ></label
    >`;
}

/** Made with the form, so that the same form sent twice starts one training. */
function keyIn(form: URLSearchParams): string {
  const key = form.get('key') ?? '';
  if (!/^[\w-]{8,64}$/.test(key)) throw invalidForm('This is no form of the console');
  return `console-${key}`;
}

function nameIn(form: URLSearchParams, field: string): string | null {
  const name = (form.get(field) ?? '').trim();
  if (name === '') return null;
  if (!namePattern.test(name)) throw invalidForm(`${field} ${nameRule}`);
  return name;
}

function hyperparametersIn(form: URLSearchParams): Record<string, string> | undefined {
  const lines = (form.get('hyperparameters') ?? '').split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.length === 0) return undefined;
  return Object.fromEntries(
    lines.map((line, index) => {
      const [, name, value] = /^\s*([^=\s][^=]*?)\s*=(.*)$/.exec(line) ?? [];
      if (name === undefined || value === undefined || name.length > 256 || value.length > 2500)
        throw invalidForm(
          `hyperparameters, line ${index + 1}, must be NAME=VALUE: a name of at most 256 characters and a value of at most 2500`,
        );
      return [name, value.trim()];
    }),
  );
}
