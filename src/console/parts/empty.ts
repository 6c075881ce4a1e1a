import { type Html, html } from '../html.ts';
import { commandLine } from './copy.ts';

/** What stands where there is nothing yet: what will be there, and the lines that make it so. */
export const emptyState = ({
  title,
  text,
  commands = [],
}: {
  title: string;
  text: string | Html;
  commands?: readonly { what: string; line: string }[];
}): Html =>
  html`<div class="empty">
    <h2>${title}</h2>
    <p>${text}</p>
    ${commands.map(({ what, line }) => commandLine(line, what))}
  </div>`;
