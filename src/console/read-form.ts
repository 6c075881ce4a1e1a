import type { ConsoleContext } from './env.ts';
import { maxReason } from './parts/action-form.ts';
import { invalidForm } from './refusal.ts';

const formContentType = /^application\/x-www-form-urlencoded\s*(;|$)/i;

/** The fields of a form. @throws {Refusal} for what is no form. */
export function readForm(c: ConsoleContext): URLSearchParams {
  if (!formContentType.test(c.req.header('content-type') ?? '')) throw invalidForm('This is no form of the console');
  return new URLSearchParams(c.get('body')?.toString('utf8') ?? '');
}

/** Why, in the words of the reader; null where nothing is written. @throws {Refusal} for one that is too long or cannot be stored. */
export function reasonIn(form: URLSearchParams): string | null {
  // A browser sends line breaks as CRLF.
  const reason = (form.get('reason') ?? '').replaceAll('\r\n', '\n').trim();
  if (reason.length > maxReason) throw invalidForm(`The reason must be at most ${maxReason} characters long`);
  if (reason.includes('\0') || !reason.isWellFormed()) throw invalidForm('The reason holds a character that cannot be stored');
  return reason === '' ? null : reason;
}

/** The same, where the history needs one. @throws {Refusal} without one. */
export function neededReasonIn(form: URLSearchParams): string {
  const reason = reasonIn(form);
  if (reason === null) throw invalidForm('A reason is needed, for the history');
  return reason;
}
/** @throws {Refusal} unless the name was typed. */
export function requireTyped(form: URLSearchParams, name: string): void {
  if (form.get('confirm')?.trim() !== name) throw invalidForm(`Type ${name} to confirm`);
}
