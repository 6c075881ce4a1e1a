import { html, raw } from 'hono/html';
import type { GateResult } from '../../core/deployment/decide-gate.ts';
import { approvalStyle } from './approval-style.ts';

type Html = ReturnType<typeof html>;

/** What a person has to know to decide. Instants in milliseconds since 1970 UTC. */
export interface ApprovalView {
  trainingJobName: string;
  endpointName: string;
  deploymentId: string;
  /** Who requested it, and why; null where the service queued it by itself, or no reason was given. */
  requestedBy: string | null;
  reason: string | null;
  /** The training job that serves now; null where nothing of this service does. */
  live: string | null;
  metrics: Readonly<Record<string, number | null>> | null;
  /** Null where the policy has no gate. */
  gate: Pick<GateResult, 'verdict' | 'rules'> | null;
  expiresAt: number;
  state: ApprovalState;
}

export type ApprovalState =
  /** `error`: why the decision that was just sent is not taken; the fields keep what was written. */
  | { kind: 'pending'; error?: string; decision?: 'approve' | 'reject'; name?: string; reason?: string }
  | { kind: 'decided'; decision: 'approved' | 'rejected'; by: string | null; reason: string | null; at: number }
  | { kind: 'expired' }
  /** The deployment is over, or it would deploy something else now: `detail` says which. */
  | { kind: 'void'; detail: string };

/** The longest that the form lets through; the service has bounds of its own. */
const maxName = 100;
const maxReason = 1000;

/**
 * The page behind the link of a notification. It works without a script; its form goes to the page's own address, with `decision`
 * (`approve` or `reject`), `name` and `reason`. To be sent with `approvalHeaders`.
 */
export function approvalPage(view: ApprovalView): Html {
  const { trainingJobName, endpointName, state } = view;
  return page(
    state.kind === 'pending' ? `Approve ${trainingJobName}?` : trainingJobName,
    html`<h1>${state.kind === 'pending' ? html`Deploy ${trainingJobName} to ${endpointName}?` : trainingJobName}</h1>
      ${outcomeOf(state)}
      <h2>Deployment</h2>
      <dl>
        ${row('Training', trainingJobName)} ${row('Endpoint', endpointName)}
        ${row('Serves now', view.live ?? 'nothing of this service')}
        ${row('Requested by', view.requestedBy ?? 'the service, when the training completed')}
        ${view.reason === null ? '' : row('Reason', view.reason)} ${row('Deployment', view.deploymentId)}
        ${row('Can be decided until', time(view.expiresAt))}
      </dl>
      ${gateOf(view.gate)} ${metricsOf(view.metrics)} ${state.kind === 'pending' ? form(state) : ''}`,
  );
}

/** In one piece: the digest is of every character between the tags, and the formatter of this file adds some in a template. */
const styleElement = raw(`<style>${approvalStyle}</style>`);

/** The page behind a link that this service did not make, or not for what is there now. */
export const invalidLinkPage = (): Html =>
  page(
    'The link is not valid',
    html`<h1>The link is not valid</h1>
      <p class="error">
        It is incomplete, or it was signed with a key that is not in force any more. The deployment can still be decided with an
        API key.
      </p>`,
  );

const page = (title: string, content: Html): Html =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        ${styleElement}
      </head>
      <body>
        <main>${content}</main>
      </body>
    </html> `;

const row = (name: string, value: string | Html): Html =>
  html`<dt>${name}</dt>
    <dd>${value}</dd>`;

function time(at: number): Html {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
}

function outcomeOf(state: ApprovalState): Html | '' {
  switch (state.kind) {
    case 'pending':
      return state.error === undefined ? '' : html`<p class="error" role="alert" id="error">${state.error}</p>`;
    case 'decided':
      return html`<p class="outcome ${state.decision === 'approved' ? 'passed' : 'failed'}" role="status">
        ${state.decision === 'approved' ? 'Approved' : 'Rejected'}${state.by === null ? '' : ` by ${state.by}`},
        ${time(state.at)}. ${state.reason ?? ''}
      </p>`;
    case 'expired':
      return html`<p class="outcome failed" role="status">The time to decide is over: the deployment is rejected.</p>`;
    case 'void':
      return html`<p class="outcome failed" role="status">${state.detail}</p>`;
  }
}

function gateOf(gate: ApprovalView['gate']): Html | '' {
  if (gate === null) return '';
  return html`<h2>Gate: <span class="${gate.verdict}">${gate.verdict}</span></h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Metric</th>
          <th scope="col">Value</th>
          <th scope="col">Against</th>
          <th scope="col">Verdict</th>
        </tr>
      </thead>
      <tbody>
        ${gate.rules.map(
          (rule) =>
            html`<tr>
              <td>${rule.metric}<br /><span class="note">${rule.reason}</span></td>
              <td class="number">${rule.value ?? 'none'}</td>
              <td class="number">${rule.threshold ?? 'nothing'}</td>
              <td class="verdict ${rule.verdict}">${rule.verdict}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}

function metricsOf(metrics: ApprovalView['metrics']): Html | '' {
  const entries = Object.entries(metrics ?? {});
  if (entries.length === 0) return '';
  return html`<h2>Metrics of the training</h2>
    <table>
      <tbody>
        ${entries.map(
          ([name, value]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td class="number">${value ?? 'no number'}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}

/** The decision is no button: Enter in a field presses the first one of a form. */
const form = ({ error, decision, name = '', reason = '' }: Extract<ApprovalState, { kind: 'pending' }>): Html =>
  html`<h2>Your decision</h2>
    <form method="post" autocomplete="on">
      <fieldset>
        <legend>Decision</legend>
        <label><input type="radio" name="decision" value="approve" required ${checked(decision === 'approve')} /> Approve</label>
        <label><input type="radio" name="decision" value="reject" ${checked(decision === 'reject')} /> Reject</label>
      </fieldset>
      <label for="name">Your name</label>
      <input id="name" name="name" value="${name}" required maxlength="${maxName}" autocomplete="name" ${describedBy(error)} />
      <label for="reason">Reason <span class="note">(needed to reject)</span></label>
      ${textArea(error)}${reason}${raw('</textarea>')}
      <p class="note">The decision is about this deployment as it is now, and is made once. The history keeps name and reason.</p>
      <button>Send the decision</button>
    </form>`;

const checked = (isSo: boolean): string => (isSo ? 'checked' : '');

const describedBy = (error: string | undefined): Html | '' => (error === undefined ? '' : html`aria-describedby="error"`);

/** HTML drops the first line break of a textarea, and no other white space. */
const textArea = (error: string | undefined): Html =>
  raw(
    `<textarea id="reason" name="reason" rows="3" maxlength="${maxReason}"${error === undefined ? '' : ' aria-describedby="error"'}>\n`,
  );
