import { type Html, html } from '../html.ts';
import { icon } from './icon.ts';

/** A button that puts a text into the clipboard. It is there for scripts alone: without one the text can be selected. `what`: for its name. */
export const copyButton = (text: string, what: string): Html =>
  html`<button type="button" class="quiet copy" data-copy="${text}" aria-label="Copy ${what}" title="Copy ${what}" hidden>
    ${icon('copy')}
  </button>`;

/** A line for a shell, with its button. */
export const commandLine = (command: string, what: string): Html =>
  html`<div class="command"><code>${command}</code>${copyButton(command, what)}</div>`;
