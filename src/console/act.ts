import { includesRole, type Role } from '../core/access/role.ts';
import type { ConsoleDeps } from './deps.ts';
import type { ConsoleContext, ConsoleRoutes } from './env.ts';
import { addressOf, type Frame } from './frame/frame.ts';
import { page, type Section } from './frame/page.ts';
import type { Html } from './html.ts';
import type { Written } from './parts/action-form.ts';
import { readForm } from './read-form.ts';
import { Refusal } from './refusal.ts';

/** An act of a person: a page that says what will happen, with a form that goes to the page's own address. */
export interface Act<Subject> {
  /** Below `/console`, as a route: `/endpoints/:name/hold`. */
  path: string;
  role: Role;
  section: Section;
  /** Reads what the act is about. */
  load: (c: ConsoleContext) => Promise<Subject>;
  /** A script shows the part with the id `act` in a dialog. */
  view: (frame: Frame, subject: Subject, written: Written) => { title: string; content: Html };
  /** Carries it out, and returns where the reader goes then, below `/console`. */
  run: (c: ConsoleContext, subject: Subject, form: URLSearchParams) => Promise<string>;
}

/** Registers the page of an act, and what its form does. What is refused is said on the page, which keeps what was written. */
export function actRoutes<Subject>(app: ConsoleRoutes, deps: ConsoleDeps, act: Act<Subject>): void {
  const respond = async (c: ConsoleContext, subject: Subject, written: Written, status: 200 | Problem): Promise<Response> => {
    const frame = c.get('frame');
    const { title, content } = act.view(frame, subject, written);
    return c.html(page(frame, { title, section: act.section, content }), status);
  };

  app.get(act.path, async (c) => {
    requireRole(c, act.role);
    return respond(c, await act.load(c), {}, 200);
  });

  app.post(act.path, async (c) => {
    requireRole(c, act.role);
    const form = readForm(c);
    const subject = await act.load(c);
    try {
      return c.redirect(addressOf(c.get('frame'), await act.run(c, subject, form)), 303);
    } catch (error) {
      const problem = error instanceof Refusal ? error.problem : deps.toProblem(error, { method: 'POST', path: c.req.path });
      if (problem.status >= 500) throw error;
      const [reason, typed] = [form.get('reason') ?? '', form.get('confirm') ?? ''];
      return respond(c, subject, { error: problem.detail, reason, typed, fields: form }, problem.status);
    }
  });
}

type Problem = Refusal['problem']['status'];

/** @throws {Refusal} where the key's role is smaller. */
export function requireRole(c: ConsoleContext, role: Role): void {
  const { caller } = c.get('frame');
  if (caller !== null && includesRole(caller.role, role)) return;
  throw new Refusal({
    status: 403,
    title: 'The role of the key is too small',
    code: 'forbidden',
    detail: `The key ${caller?.name ?? ''} has the role ${caller?.role ?? 'none'}; this needs the role ${role}`,
  });
}
