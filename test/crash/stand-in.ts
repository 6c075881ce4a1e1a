import type { FaultSpec } from '../../src/simulator/faults/fault.ts';
import type { Settings, SettingsPatch } from '../../src/simulator/settings.ts';
import type { Effect } from '../../src/simulator/state/effects.ts';

/** The stand-in's control routes. */
export class StandIn {
  readonly #url: string;

  constructor(port: number) {
    this.#url = `http://127.0.0.1:${port}/_control`;
  }

  async effects(): Promise<Effect[]> {
    return (await this.#ask<{ effects: Effect[] }>('GET', '/effects?limit=1000000')).effects;
  }

  addFaults(faults: FaultSpec[]): Promise<unknown> {
    return this.#ask('POST', '/faults', faults);
  }

  removeFault(id: string): Promise<unknown> {
    return this.#ask('DELETE', `/faults/${id}`);
  }

  clearFaults(): Promise<unknown> {
    return this.#ask('DELETE', '/faults');
  }

  settings(patch: SettingsPatch): Promise<Settings> {
    return this.#ask('PATCH', '/settings', patch);
  }

  complete(trainingJobName: string): Promise<unknown> {
    return this.#ask('POST', `/training-jobs/${trainingJobName}/complete`, {});
  }

  async #ask<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(`${this.#url}${path}`, { method, body: body && JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`the stand-in answered ${method} ${path} with ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }
}
