/** Stopping or deploying several runs that were selected: what is about to happen, and then what came of each. */
import { maxNameLength, namePattern } from '../../core/sagemaker/names.ts';
import { requestDeployment } from '../../services/deployment/request-deployment.ts';
import { stopRun } from '../../services/training/stop-run.ts';
import { requireRole } from '../act.ts';
import type { ConsoleDeps } from '../deps.ts';
import type { ConsoleContext, ConsoleRoutes } from '../env.ts';
import { addressOf, type Frame, pathTo } from '../frame/frame.ts';
import { page } from '../frame/page.ts';
import { type Html, html } from '../html.ts';
import { actionForm } from '../parts/action-form.ts';
import { runLink } from '../parts/names.ts';
import { chip } from '../parts/status-chip.ts';
import { readForm, reasonIn } from '../read-form.ts';
import { invalidForm } from '../refusal.ts';

const maxChosen = 100;
/** So many calls to SageMaker at once. */
const atOnce = 4;

const acts = {
  stop: { verb: 'Stop', tone: 'danger', done: 'Stop requested', reason: 'none' },
  deploy: { verb: 'Deploy', tone: 'primary', done: 'Queued', reason: 'optional' },
} as const;
type ActName = keyof typeof acts;

interface Outcome {
  name: string;
  /** null: done. */
  refusal: string | null;
  said: string;
}

export function chosenRunRoutes(app: ConsoleRoutes, deps: ConsoleDeps): void {
  app.get('/chosen-runs', (c) => {
    requireRole(c, 'operate');
    const { act, names } = chosenIn(new URL(c.req.url).searchParams);
    return c.html(confirmPage(c.get('frame'), act, names));
  });

  app.post('/chosen-runs', async (c) => {
    requireRole(c, 'operate');
    const form = readForm(c);
    const { act, names } = chosenIn(form);
    const reason = reasonIn(form);
    const outcomes: Outcome[] = [];
    for (let index = 0; index < names.length; index += atOnce)
      outcomes.push(
        ...(await Promise.all(names.slice(index, index + atOnce).map((name) => carryOut(c, deps, { act, name, reason })))),
      );
    return c.html(outcomePage(c.get('frame'), act, outcomes));
  });
}

function chosenIn(fields: URLSearchParams): { act: ActName; names: string[] } {
  const act = fields.get('act');
  if (act !== 'stop' && act !== 'deploy') throw invalidForm('act must be stop or deploy');
  const names = [...new Set(fields.getAll('name'))];
  if (names.length === 0) throw invalidForm('No run is selected: go back, and select those that are meant');
  if (names.length > maxChosen) throw invalidForm(`At most ${maxChosen} runs can be selected at once; these are ${names.length}`);
  if (names.some((name) => name.length > maxNameLength || !namePattern.test(name)))
    throw invalidForm('name must be the name of a run');
  return { act, names };
}

/** What is refused of one stops none of the others. */
async function carryOut(
  c: ConsoleContext,
  { ctx, toProblem }: ConsoleDeps,
  { act, name, reason }: { act: ActName; name: string; reason: string | null },
): Promise<Outcome> {
  const { caller } = c.get('frame');
  const by = caller?.name ?? null;
  try {
    if (act === 'stop') {
      const { status } = await stopRun(ctx, { trainingJobName: name, by });
      return { name, refusal: null, said: status === 'stopped' ? 'It is stopped' : acts.stop.done };
    }
    const { created, deployment } = await requestDeployment(ctx, {
      trainingJobName: name,
      force: false,
      trigger: 'api',
      requestedBy: by,
      role: caller?.role ?? 'read',
      reason,
    });
    return { name, refusal: null, said: created ? acts.deploy.done : `It is ${deployment.status.replaceAll('_', ' ')} already` };
  } catch (error) {
    const { detail, title } = toProblem(error, { method: 'POST', path: c.req.path });
    return { name, refusal: title, said: detail };
  }
}

const runsWord = (count: number): string => (count === 1 ? '1 run' : `${count} runs`);

function confirmPage(frame: Frame, act: ActName, names: readonly string[]): Html {
  const { verb, tone, reason } = acts[act];
  const title = `${verb} ${runsWord(names.length)}`;
  return page(frame, {
    title,
    section: 'runs',
    content: html`<div class="card narrow stack" id="act">
      <h1>${title}</h1>
      <p>
        ${act === 'stop' ? 'SageMaker stops those that are in training, which it cannot continue; of those that wait for their deployment nothing is deployed.' : 'Each goes to its endpoint when it is its turn. Nothing is forced: what was turned down stays so, and older ones do not replace newer ones.'}
      </p>
      <ul class="plain chosen">
        ${names.map((name) => html`<li>${runLink(frame, name)}</li>`)}
      </ul>
      ${actionForm({ id: 'chosen', verb: title, reason, tone, fields: html`<input type="hidden" name="act" value="${act}" />${names.map((name) => html`<input type="hidden" name="name" value="${name}" />`)}` })}
      <p><a href="${addressOf(frame, pathTo.runs())}">Leave it</a></p>
    </div>`,
  });
}

function outcomePage(frame: Frame, act: ActName, outcomes: readonly Outcome[]): Html {
  const refused = outcomes.filter(({ refusal }) => refusal !== null).length;
  const title = `${acts[act].verb}: ${outcomes.length - refused} of ${runsWord(outcomes.length)}`;
  return page(frame, {
    title,
    section: 'runs',
    content: html`<h1>${title}</h1>
      <p role="status">
        ${refused === 0 ? 'All of them are done.' : `${refused} ${refused === 1 ? 'is' : 'are'} refused; the table says why.`}
      </p>
      <div class="scroll" role="group" aria-label="Outcomes" tabindex="0">
        <table>
          <caption class="unseen">
            What came of each run
          </caption>
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col">Outcome</th>
              <th scope="col">Detail</th>
            </tr>
          </thead>
          <tbody>
            ${outcomes.map(
              ({ name, refusal, said }) =>
                html`<tr data-row>
                  <th scope="row">${runLink(frame, name)}</th>
                  <td>
                    ${refusal === null ? chip({ tone: 'good', icon: 'check', word: 'Done' }) : chip({ tone: 'bad', icon: 'cross', word: 'Refused' })}
                  </td>
                  <td>${refusal === null ? said : html`${refusal}: <span class="soft">${said}</span>`}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <p class="below"><a class="button" href="${addressOf(frame, pathTo.runs())}">Runs</a></p>`,
  });
}
