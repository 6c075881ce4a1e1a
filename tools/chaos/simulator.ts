import { SageMaker } from '@aws-sdk/client-sagemaker';
import type { FaultSpec, Settings, SettingsPatch, Effect } from 'sagemaker-simulator';

/** The stand-in's control routes. */
export class SimulatorClient {
  readonly #url: string;
  /** As somebody else in the account. */
  readonly #sdk: SageMaker;

  constructor(port: number) {
    this.#url = `http://127.0.0.1:${port}/_control`;
    this.#sdk = new SageMaker({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'somebody', secretAccessKey: 'else' },
    });
  }

  /** Deletes the configuration that the endpoint is on. */
  async deleteLiveConfig(endpoint: string): Promise<void> {
    const { EndpointConfigName } = await this.#sdk.describeEndpoint({ EndpointName: endpoint });
    await this.#sdk.deleteEndpointConfig({ EndpointConfigName });
  }

  /** Deletes the models, or endpoint configurations, that were made for a training. */
  async deleteMadeFor(trainingJobName: string, what: 'model' | 'endpoint_config'): Promise<void> {
    if (what === 'model') {
      const { Models = [] } = await this.#sdk.listModels({ NameContains: trainingJobName });
      for (const { ModelName } of Models) await this.#sdk.deleteModel({ ModelName });
    } else {
      const { EndpointConfigs = [] } = await this.#sdk.listEndpointConfigs({ NameContains: trainingJobName });
      for (const { EndpointConfigName } of EndpointConfigs) await this.#sdk.deleteEndpointConfig({ EndpointConfigName });
    }
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
