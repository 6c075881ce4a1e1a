import { addressOf, type Frame, pathTo } from '../frame/frame.ts';
import { type Html, html } from '../html.ts';

/** Links to what has a name. */
export const runLink = (frame: Frame, name: string): Html =>
  html`<a class="name" href="${addressOf(frame, pathTo.run(name))}">${name}</a>`;

export const endpointLink = (frame: Frame, name: string): Html =>
  html`<a class="name" href="${addressOf(frame, pathTo.endpoint(name))}">${name}</a>`;

export const deploymentLink = (frame: Frame, { deploymentId }: { deploymentId: string }, text: string | Html): Html =>
  html`<a href="${addressOf(frame, pathTo.deployment(deploymentId))}">${text}</a>`;

/** A link to the page of an act, which a script shows in a dialog. */
export const actLink = (frame: Frame, path: string, text: string, className = 'button'): Html =>
  html`<a class="${className}" data-act href="${addressOf(frame, path)}">${text}</a>`;

/**
 * What people wrote, or SageMaker: as long as it is, within a frame of its own. Its direction is its own, and signs that turn the direction of
 * a text around (U+202E) turn nothing around it.
 */
export const longText = (text: string): Html => (isLong(text) ? framed(text) : html`<bdi>${text}</bdi>`);

/** The same, in quotation marks. */
export const quoted = (text: string): Html => (isLong(text) ? framed(`“${text}”`) : html`“${longText(text)}”`);

const isLong = (text: string): boolean => text.length > 400;

const framed = (text: string): Html =>
  html`<span class="long" tabindex="0" role="group" aria-label="The whole text" dir="auto">${text}</span>`;
