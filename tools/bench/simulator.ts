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

  /** How often each operation was called, whatever came of it. */
  async counts(): Promise<Record<string, number>> {
    const { counts } = (await this.#client.ask('GET', '/_control/calls/counts')) as {
      counts: Record<string, Record<string, number>>;
    };
    return Object.fromEntries(
      Object.entries(counts).map(([operation, codes]) => [
        operation,
        Object.values(codes).reduce((sum, count) => sum + count, 0),
      ]),
    );
  }

  /** Empties the log of calls. */
  async forgetCalls(): Promise<void> {
    await this.#client.ask('DELETE', '/_control/calls');
  }

  /** The trainings that have ended since an instant. */
  async ended(since: number): Promise<{ name: string; at: number }[]> {
    const path = `/_control/effects?kind=training_job_ended&since=${since}&limit=1000000`;
    return ((await this.#client.ask('GET', path)) as { effects: { name: string; at: number }[] }).effects;
  }

  async clearFaults(): Promise<void> {
    await this.#client.ask('DELETE', '/_control/faults');
  }

  /** Training jobs in progress, named `<prefix>-000001` and so on. */
  async seed(namePrefix: string, count: number, more: object = {}): Promise<void> {
    await this.#client.ask('POST', '/_control/training-jobs/seed', { namePrefix, count, status: 'in_progress', ...more });
  }

  close(): void {
    this.#client.close();
  }
}

const asStrings = (filter: object): Record<string, string> =>
  Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, String(value)]));
