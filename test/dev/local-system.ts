import { type Program, startProgram } from '../../tools/testkit/processes.ts';

/** `node tools/dev/main.ts` with the addresses that it prints. */
export class LocalSystem {
  readonly program: Program;

  constructor(env: Record<string, string>, args: readonly string[] = []) {
    this.program = startProgram(['tools/dev/main.ts', ...args], env);
  }

  /** The text after `what` in the printed line that begins with it. */
  async printed(what: string, withinMs = 60_000): Promise<string> {
    const { program } = this;
    const line = await program.until(() => program.output.find((one) => one.startsWith(`${what} `)), `line ${what}`, withinMs);
    return line.slice(what.length).trim();
  }

  /** Runs the request of the printed curl, and returns its response. */
  async postPrinted(): Promise<{ training_job_name: string }> {
    const [, url] = /^curl -X POST '(\S+)'$/.exec(await this.printed('Try')) ?? [];
    if (url === undefined) throw new Error(`unexpected curl: ${await this.printed('Try')}`);
    return this.#json(await fetch(url, { method: 'POST' }), 202);
  }

  async get<T>(path: string): Promise<T> {
    return this.#json(await fetch(`${await this.printed('API')}${path}`), 200);
  }

  async changeSimulator(settings: object): Promise<void> {
    const [health = ''] = (await this.printed('Simulator')).split(' ');
    const response = await fetch(new URL('settings', health), { method: 'PATCH', body: JSON.stringify(settings) });
    await this.#json(response, 200);
  }

  async #json<T>(response: Response, status: number): Promise<T> {
    const text = await response.text();
    if (response.status !== status) throw new Error(`${response.url} returned ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }
}

/** Whether a program listens there. */
export async function listens(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}
