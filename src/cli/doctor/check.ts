/** One thing that the doctor has examined. */
export interface Check {
  name: string;
  /** `skipped`: not examined, since something else failed or is missing. */
  status: 'ok' | 'warning' | 'failed' | 'skipped';
  /** What was found. */
  detail: string;
  /** What to do about it; null for nothing. */
  todo: string | null;
  /** Where the documentation says more, as a path in the repository. */
  docs: string | null;
}

interface Advice {
  todo: string;
  docs?: string;
}

export const ok = (name: string, detail: string): Check => ({ name, status: 'ok', detail, todo: null, docs: null });

export const skipped = (name: string, detail: string): Check => ({ name, status: 'skipped', detail, todo: null, docs: null });

export const warning = (name: string, detail: string, advice: Advice): Check => adviseOn('warning', name, detail, advice);

export const failed = (name: string, detail: string, advice: Advice): Check => adviseOn('failed', name, detail, advice);

const adviseOn = (status: Check['status'], name: string, detail: string, { todo, docs }: Advice): Check => ({
  name,
  status,
  detail,
  todo,
  docs: docs ?? null,
});
