export type Level = 'info' | 'warn' | 'error';

export type Log = (level: Level, fields: Readonly<Record<string, unknown>>, message: string) => void;

/** One JSON object a line, in the form of the service's own lines; past Lambda's console, which would wrap or prefix it. */
export const createLog =
  (write: (line: string) => void, now: () => number): Log =>
  (level, fields, message) =>
    write(
      `${JSON.stringify({ level, time: new Date(now()).toISOString(), service: 'lambda', component: 'auto-deploy', ...fields, msg: message })}\n`,
    );
