import type { Problem } from './deps.ts';

/** The console refuses a request; `message` is for the reader. */
export class Refusal extends Error {
  readonly problem: Problem;

  constructor(problem: Omit<Problem, 'retryAfterSeconds'>) {
    super(problem.detail);
    this.name = 'Refusal';
    this.problem = { ...problem, retryAfterSeconds: null };
  }
}

export const noSuchPage = (): Refusal =>
  new Refusal({ status: 404, title: 'Not found', code: 'not_found', detail: 'There is no such page in the console' });

export const invalidForm = (detail: string): Refusal =>
  new Refusal({ status: 422, title: 'Invalid form', code: 'invalid_request', detail });
