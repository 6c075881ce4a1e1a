import { ApplicationAutoScaling } from '@aws-sdk/client-application-auto-scaling';
import { paginateListEndpointConfigs, paginateListModels, SageMaker } from '@aws-sdk/client-sagemaker';
import type { Effect, FaultSpec, ListedAlarm, ModelBehaviorSpec, Settings, SettingsPatch } from 'sagemaker-simulator';

const responseTimeoutMs = 60_000;

const targetOf = (endpoint: string) =>
  ({
    ServiceNamespace: 'sagemaker',
    ResourceId: `endpoint/${endpoint}/variant/AllTraffic`,
    ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
  }) as const;

/** The simulator's control routes, and calls of SageMaker as another user of the account. */
export class SimulatorClient {
  readonly #url: string;
  readonly #sdk: SageMaker;
  readonly #scaling: ApplicationAutoScaling;

  constructor(port: number) {
    this.#url = `http://127.0.0.1:${port}/_control`;
    const client = {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'another-user', secretAccessKey: 'none' },
    };
    this.#sdk = new SageMaker(client);
    this.#scaling = new ApplicationAutoScaling(client);
  }

  /** Makes the endpoint's variant a scalable target with a policy. */
  async makeItScale(endpoint: string): Promise<void> {
    await this.#scaling.registerScalableTarget({ ...targetOf(endpoint), MinCapacity: 1, MaxCapacity: 4 });
    await this.#scaling.putScalingPolicy({
      ...targetOf(endpoint),
      PolicyName: 'by-invocations',
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 70,
        PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
      },
    });
  }

  /** Whether it has both. */
  async scales(endpoint: string): Promise<boolean> {
    const { ResourceId, ServiceNamespace } = targetOf(endpoint);
    const { ScalableTargets = [] } = await this.#scaling.describeScalableTargets({ ServiceNamespace, ResourceIds: [ResourceId] });
    const { ScalingPolicies = [] } = await this.#scaling.describeScalingPolicies({ ServiceNamespace, ResourceId });
    return ScalableTargets.length === 1 && ScalingPolicies.length === 1;
  }

  setEndpointStatus(endpoint: string, status: string): Promise<unknown> {
    return this.#request('POST', `/endpoints/${endpoint}/status`, { status });
  }

  /** Deletes the configuration that the endpoint uses. */
  async deleteLiveConfig(endpoint: string): Promise<void> {
    const { EndpointConfigName } = await this.#sdk.describeEndpoint({ EndpointName: endpoint });
    await this.#sdk.deleteEndpointConfig({ EndpointConfigName });
  }

  /** Deletes the models or endpoint configurations that the service created for a training. */
  async deleteResourcesOf(trainingJobName: string, what: 'model' | 'endpoint_config'): Promise<void> {
    const { models, endpointConfigs } = await this.resourcesOf(trainingJobName);
    if (what === 'model') for (const ModelName of models) await this.#sdk.deleteModel({ ModelName });
    else for (const EndpointConfigName of endpointConfigs) await this.#sdk.deleteEndpointConfig({ EndpointConfigName });
  }

  /** The names of the models, and of the endpoint configurations, that the service created for a training. */
  async resourcesOf(trainingJobName: string): Promise<{ models: string[]; endpointConfigs: string[] }> {
    const models: string[] = [];
    const endpointConfigs: string[] = [];
    const pages = { client: this.#sdk, pageSize: 100 };
    for await (const { Models = [] } of paginateListModels(pages, { NameContains: trainingJobName }))
      models.push(...Models.flatMap(({ ModelName }) => ModelName ?? []));
    for await (const { EndpointConfigs = [] } of paginateListEndpointConfigs(pages, { NameContains: trainingJobName }))
      endpointConfigs.push(...EndpointConfigs.flatMap(({ EndpointConfigName }) => EndpointConfigName ?? []));
    return { models, endpointConfigs };
  }

  /** The tags of a resource: `endpoint/NAME`, `training-job/NAME`. */
  async tagsOf(resource: string): Promise<ReadonlyMap<string, string>> {
    const { Tags = [] } = await this.#sdk.listTags({ ResourceArn: `arn:aws:sagemaker:us-east-1:123456789012:${resource}` });
    return new Map(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
  }

  async effects(): Promise<Effect[]> {
    return (await this.#request<{ effects: Effect[] }>('GET', '/effects?limit=1000000')).effects;
  }

  /** Those that there are: the guard alarms of a deployment that has ended are not among them. */
  async alarms(): Promise<ListedAlarm[]> {
    return (await this.#request<{ alarms: ListedAlarm[] }>('GET', '/alarms')).alarms;
  }

  /** Holds an alarm in a state; null lets it go. */
  forceAlarm(name: string, state: ListedAlarm['state'] | null): Promise<unknown> {
    return this.#request('POST', `/alarms/${encodeURIComponent(name)}/state`, { state });
  }

  /** What the containers of models with that in their names do with requests. */
  setModelBehavior(part: string, behavior: ModelBehaviorSpec): Promise<unknown> {
    return this.#request('POST', `/models/${encodeURIComponent(part)}/behavior`, behavior);
  }

  addFaults(faults: FaultSpec[]): Promise<unknown> {
    return this.#request('POST', '/faults', faults);
  }

  removeFault(id: string): Promise<unknown> {
    return this.#request('DELETE', `/faults/${id}`);
  }

  clearFaults(): Promise<unknown> {
    return this.#request('DELETE', '/faults');
  }

  settings(patch: SettingsPatch): Promise<Settings> {
    return this.#request('PATCH', '/settings', patch);
  }

  complete(trainingJobName: string): Promise<unknown> {
    return this.#request('POST', `/training-jobs/${trainingJobName}/complete`, {});
  }

  async #request<T>(method: string, path: string, body?: object): Promise<T> {
    const signal = AbortSignal.timeout(responseTimeoutMs);
    const response = await fetch(`${this.#url}${path}`, { method, body: body && JSON.stringify(body), signal });
    const text = await response.text();
    if (!response.ok) throw new Error(`the simulator returned ${response.status} to ${method} ${path}: ${text}`);
    return JSON.parse(text) as T;
  }
}
