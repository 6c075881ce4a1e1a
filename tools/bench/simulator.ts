import type { LoggedCall, SettingsPatch } from 'sagemaker-simulator';
import { HttpClient } from './http-client.ts';

/** The simulator's control routes. */
export class SimulatorClient {
  readonly #client: HttpClient;

  constructor(url: string) {
    this.#client = new HttpClient(url);
  }

  /** All calls that match, in the order of their responses. */
  async calls(filter: { operation?: string; name?: string; afterSeq?: number } = {}): Promise<LoggedCall[]> {
    const query = new URLSearchParams({ limit: '1000000', ...asStrings(filter) });
    return ((await this.#client.ask('GET', `/_control/calls?${query.toString()}`)) as { calls: LoggedCall[] }).calls;
  }

  async set(patch: SettingsPatch): Promise<void> {
    await this.#client.ask('PATCH', '/_control/settings', patch);
  }

  async complete(trainingJobName: string): Promise<void> {
    await this.#client.ask('POST', `/_control/training-jobs/${trainingJobName}/complete`, {});
  }

  async fault(fault: object): Promise<void> {
    await this.#client.ask('POST', '/_control/faults', fault);
  }

  /** Training jobs in progress, named `<prefix>-000001` and so on. */
  async seed(namePrefix: string, count: number): Promise<void> {
    await this.#client.ask('POST', '/_control/training-jobs/seed', { namePrefix, count, status: 'in_progress' });
  }

  close(): void {
    this.#client.close();
  }
}

const asStrings = (filter: object): Record<string, string> =>
  Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, String(value)]));
