import { type Html, html, raw } from '../html.ts';

export const maxReason = 1000;

/** What a person wrote into a form that was refused, and why, so that it is written once. */
export interface Written {
  readonly error?: string;
  readonly reason?: string;
  readonly typed?: string;
  /** The whole form. */
  readonly fields?: URLSearchParams;
}

/** What a field holds: of a form that was refused what was written, else `byDefault`. */
export const fieldOf = ({ fields }: Written, name: string, byDefault: string): string =>
  fields === undefined ? byDefault : (fields.get(name) ?? '');

/** The same of a box, of which a browser sends nothing where it is not checked. */
export const checkedOf = ({ fields }: Written, name: string, byDefault: boolean): Html | '' =>
  (fields === undefined ? byDefault : fields.has(name)) ? html`checked` : '';

interface ActionForm {
  /** What the button says: the act itself, as `Roll back`. */
  readonly verb: string;
  readonly tone?: 'danger' | 'primary' | 'plain';
  /** Ids within the page begin with it. */
  readonly id: string;
  /** Whether a reason is needed, may be given, or is not taken. */
  readonly reason: 'required' | 'optional' | 'none';
  /** The name that has to be typed, where the act cannot be undone. */
  readonly confirm?: string;
  /** Further fields, before the button. */
  readonly fields?: Html;
  readonly written?: Written;
}

/** The form of one act, which goes to the page's own address: its reason, for the history, and where the act needs it the name, typed. It works without a script. */
export function actionForm(form: ActionForm): Html {
  const { verb, tone = 'plain', id, confirm, fields, written = {} } = form;
  return html`<form method="post" class="action" id="${id}">
    ${alertOf(id, written.error)} ${form.reason === 'none' ? '' : reasonField(id, form.reason, written)} ${fields ?? ''}
    ${confirm === undefined ? '' : confirmField(id, confirm, written)}
    <p><button class="${tone}">${verb}</button></p>
  </form>`;
}

const alertOf = (id: string, error: string | undefined): Html | '' =>
  error === undefined ? '' : html`<p class="alert bad" role="alert" id="${id}-error">${error}</p>`;

const reasonField = (id: string, kind: 'required' | 'optional', { reason = '', error }: Written): Html =>
  html`<label for="${id}-reason"
      >Reason <span class="note">${kind === 'required' ? '(for the history)' : '(optional)'}</span></label
    >
    ${textArea(id, kind === 'required', error !== undefined)}${reason}${raw('</textarea>')}`;

/** HTML drops the first line break of a textarea, and no other white space. */
const textArea = (id: string, isRequired: boolean, hasError: boolean): Html =>
  raw(
    `<textarea id="${id}-reason" name="reason" rows="2" maxlength="${maxReason}"${isRequired ? ' required' : ''}${hasError ? ` aria-describedby="${id}-error"` : ''}>\n`,
  );

const confirmField = (id: string, name: string, { typed = '' }: Written): Html =>
  html`<label for="${id}-confirm">Type <strong class="name">${name}</strong> to confirm</label>
    <input
      id="${id}-confirm"
      name="confirm"
      value="${typed}"
      required
      autocomplete="off"
      autocapitalize="none"
      spellcheck="false"
      data-must-be="${name}"
    />`;
