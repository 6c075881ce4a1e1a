import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Config, parseApiConfig, parseConfig } from '../../../src/config/config.ts';
import { apiVariables, databaseVariables, sharedVariables } from '../../../src/config/variables.ts';
import { helmBinary } from './binary.ts';
import { kubernetesFaults } from './kubernetes.ts';
import { chart, helm, type Manifest, one, render } from './render.ts';

/** The first run fetches Helm. */
beforeAll(() => helmBinary(), 300_000);

/** Where the pods would find the config map. */
const folder = mkdtempSync(join(tmpdir(), 'autodeploy-chart-'));
afterAll(() => rmSync(folder, { recursive: true }));

const known: Record<string, { schema: { safeParse: (value: unknown) => { success: boolean } } }> = {
  ...databaseVariables,
  ...sharedVariables,
  ...apiVariables,
};
/** What the AWS SDK and Node read by themselves: docs/aws.md. */
const ofTheSdk = /^AWS_|^NODE_|^(HTTPS?|NO)_PROXY$/;
const dockerfile = readFileSync('Dockerfile', 'utf8');

interface Probe {
  exec?: { command: string[] };
  httpGet?: { path: string; port: string };
}
interface Container {
  command: string[];
  env: { name: string; value?: string; valueFrom?: unknown }[];
  securityContext: unknown;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  volumeMounts: { name: string; mountPath: string }[];
}
interface PodSpec {
  containers: [Container];
  volumes: { name: string; secret?: unknown }[];
  terminationGracePeriodSeconds: number;
  securityContext: unknown;
  topologySpreadConstraints?: unknown[];
  serviceAccountName: string;
}
const specOf = <T>(manifest: Manifest): T => manifest['spec'] as T;
const podOf = (manifest: Manifest): PodSpec => specOf<{ template: { spec: PodSpec } }>(manifest).template.spec;
const containerOf = (manifest: Manifest): Container => podOf(manifest).containers[0];
const environmentOf = (manifest: Manifest): Record<string, unknown> =>
  Object.fromEntries(containerOf(manifest).env.map(({ name, value, valueFrom }) => [name, value ?? valueFrom]));

/**
 * What the program itself makes of its environment, with secrets that are set, and the files of the image, of a secret and of a config
 * map where this checkout has such. It throws what would end the program with 78.
 */
function configurationOf(workload: Manifest, manifests: Manifest[] = []): Config {
  const secrets: Record<string, string> = {
    DATABASE_URL: 'postgres://me:password@db.example.com:5432/autodeploy',
    REDIS_URL: 'rediss://:password@redis.example.com:6379',
    API_KEYS: '0123456789abcdef',
    LINK_SIGNING_KEY: '0123456789abcdef0123456789abcdef',
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=secret',
  };
  const files = manifests.filter(({ kind }) => kind === 'ConfigMap').flatMap(({ data }) => Object.entries(data as object));
  for (const [name, text] of files) writeFileSync(join(folder, name), String(text));
  const here = (value: string): string =>
    value
      .replace(/^\/etc\/autodeploy\/delivery\//, `${folder}/`)
      .replace('/app/certificates/', `${resolve('infra/certificates')}/`)
      .replace(/^\/etc\/autodeploy\/database\/password$/, resolve('package.json'));
  const environment = Object.fromEntries(
    containerOf(workload).env.map(({ name, value }) => [name, value === undefined ? secrets[name] : here(value)]),
  );
  return workload.metadata.name.endsWith('-api') ? parseApiConfig(environment) : parseConfig(environment);
}

const workloads = (manifests: Manifest[]): Manifest[] => manifests.filter(({ kind }) => kind === 'Deployment' || kind === 'Job');

describe.each(['minimal', 'full'] as const)('the chart with the values of ci/%s-values.yaml', (values) => {
  it("passes Helm's lint", async () => {
    await expect(helm('lint', '--strict', chart, '--values', `${chart}/ci/${values}-values.yaml`)).resolves.toContain(
      '0 chart(s) failed',
    );
  });

  it("renders what Kubernetes' own schemas allow", async () => {
    const manifests = await render(values);
    const kinds = new Set(manifests.map(({ kind }) => kind));
    const always = ['Deployment', 'Job', 'PodDisruptionBudget', 'Service', 'ServiceAccount'];
    const chosen = ['ConfigMap', 'HorizontalPodAutoscaler', 'Ingress', 'PrometheusRule', 'ScaledObject', 'ServiceMonitor'];
    expect([...kinds].toSorted()).toEqual((values === 'full' ? [...always, ...chosen] : always).toSorted());
    expect(
      manifests.flatMap((manifest) => kubernetesFaults(manifest).map((fault) => `${manifest.metadata.name} ${fault}`)),
    ).toEqual([]);
  });

  it('sets variables that exist, each once, and all that are required', async () => {
    const required = Object.entries(known).flatMap(([name, { schema }]) => (schema.safeParse(undefined).success ? [] : [name]));
    for (const workload of workloads(await render(values))) {
      const names = containerOf(workload).env.map(({ name }) => name);
      expect(names.filter((name) => !(name in known) && !ofTheSdk.test(name))).toEqual([]);
      expect(new Set(names).size).toBe(names.length);
      expect(names).toEqual(expect.arrayContaining([...required, 'DATABASE_URL', 'REDIS_URL', 'AWS_REGION']));
    }
  });

  it('renders environments that the programs take', async () => {
    const manifests = await render(values);
    for (const workload of workloads(manifests))
      expect(() => configurationOf(workload, manifests), workload.metadata.name).not.toThrow();
  });

  it('runs programs of the image as its user, on a read-only file system', async () => {
    const manifests = await render(values);
    expect(workloads(manifests)).toHaveLength(3);
    for (const workload of workloads(manifests)) {
      const container = containerOf(workload);
      expect(existsSync(container.command.at(-1) ?? '')).toBe(true);
      expect(dockerfile).toContain(container.command.join(' '));
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(podOf(workload).securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(podOf(workload).terminationGracePeriodSeconds).toBeGreaterThanOrEqual(20);
      expect(container.volumeMounts).toContainEqual({ name: 'tmp', mountPath: '/tmp' });
    }
  });
});

describe('the programs', () => {
  it('are probed as docs/containers.md says, a worker as the image checks itself', async () => {
    const manifests = await render('minimal');
    const api = containerOf(one(manifests, 'Deployment', '-api'));
    expect(api.livenessProbe).toMatchObject({ httpGet: { path: '/health/live', port: 'http' } });
    expect(api.readinessProbe).toMatchObject({ httpGet: { path: '/health/ready', port: 'http' } });
    const { livenessProbe } = containerOf(one(manifests, 'Deployment', '-worker'));
    expect(dockerfile).toContain(`CMD ${JSON.stringify(livenessProbe?.exec?.command).replaceAll(',', ', ')}`);
  });

  it('get secrets from secrets that exist', async () => {
    const manifests = await render('minimal');
    const from = (name: string, key: string): object => ({ secretKeyRef: { name, key } });
    for (const workload of workloads(manifests)) {
      const environment = environmentOf(workload);
      expect(environment['DATABASE_URL']).toEqual(from('autodeploy-database', 'DATABASE_URL'));
      expect(environment['REDIS_URL']).toEqual(from('autodeploy-redis', 'REDIS_URL'));
    }
    expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });

  it('sign links with one key: that of a secret, or derived from the API keys, which workers get for that alone', async () => {
    const apiKeys = (key: string): object => ({ secretKeyRef: { name: 'autodeploy-api-keys', key } });
    const linkKey = { secretKeyRef: { name: 'autodeploy-link-signing-key', key: 'key' } };
    const expected = {
      full: { api: [apiKeys('keys'), linkKey], worker: [undefined, linkKey], migrate: [undefined, undefined] },
      minimal: {
        api: [apiKeys('API_KEYS'), undefined],
        worker: [apiKeys('API_KEYS'), undefined],
        migrate: [undefined, undefined],
      },
    };
    for (const values of ['full', 'minimal'] as const) {
      const manifests = await render(values);
      const signingKeys = new Set<unknown>();
      for (const workload of workloads(manifests)) {
        const program = (['api', 'worker', 'migrate'] as const).find((name) => workload.metadata.name.endsWith(`-${name}`));
        const { API_KEYS: keys, LINK_SIGNING_KEY: key } = environmentOf(workload);
        expect([keys, key], `${values} ${program}`).toEqual(expected[values][program ?? 'migrate']);
        if (program !== 'migrate') signingKeys.add(configurationOf(workload, manifests).links.signingKey);
      }
      expect(signingKeys.size).toBe(1);
    }
  });

  it("get the database's password as a file, or a token of their role, by choice", async () => {
    for (const workload of workloads(await render('full'))) {
      const { DATABASE_PASSWORD_FILE: path, DATABASE_URL: url } = environmentOf(workload);
      expect(url).not.toMatch(/:[^/@]+@/);
      const volume = podOf(workload).volumes.find(({ name }) => name === 'database-password');
      expect(volume).toMatchObject({ secret: { secretName: 'autodeploy-database-password' } });
      const mount = containerOf(workload).volumeMounts.find(({ name }) => name === 'database-password');
      expect(path).toBe(`${mount?.mountPath}/password`);
    }
    const values = { database: { existingSecret: '', url: 'postgres://me@db/x?sslmode=require', iam: true } };
    for (const workload of workloads(await render('minimal', values))) {
      expect(environmentOf(workload)).toMatchObject({ DATABASE_IAM: 'true', DATABASE_URL: values.database.url });
      expect(configurationOf(workload)).toMatchObject({ databaseUrl: values.database.url });
    }
  });

  it('get values as they are written, large numbers and fractions too, and none that is empty', async () => {
    const {
      TRAINING_MAX_RUNTIME_SECONDS: large,
      POLL_INTERVAL_SECONDS: fraction,
      SERVING_IMAGE: empty,
    } = environmentOf(one(await render('full'), 'Deployment', '-worker'));
    expect([large, fraction, empty]).toEqual(['2419200', '0.5', undefined]);
  });

  it('get the delivery file as it is written, but for the migration, and new pods with another one', async () => {
    const deliveryFile = 'defaults:\n  training: { VpcConfig: null } # "<&>" \\ \u00fc\n';
    const ofFile = async (text: string): Promise<Manifest[]> => await render('minimal', { deliveryFile: text });
    const manifests = await ofFile(deliveryFile);
    const config = one(manifests, 'ConfigMap', '-delivery');
    expect(config['data']).toEqual({ 'delivery.yaml': deliveryFile });
    for (const program of ['-api', '-worker']) {
      const deployment = one(manifests, 'Deployment', program);
      expect(configurationOf(deployment, manifests)).toMatchObject({
        serviceSettings: { delivery: { defaults: { training: { VpcConfig: null } } } },
      });
      const { volumes } = podOf(deployment);
      expect(volumes).toContainEqual({ name: 'delivery-file', configMap: { name: config.metadata.name } });
      expect(containerOf(deployment).volumeMounts).toContainEqual({
        name: 'delivery-file',
        mountPath: '/etc/autodeploy/delivery',
        readOnly: true,
      });
      const annotations = (of: Manifest[]): unknown =>
        specOf<{ template: { metadata: { annotations?: object } } }>(one(of, 'Deployment', program)).template.metadata
          .annotations;
      expect(annotations(await render('minimal'))).toBeUndefined();
      expect(annotations(await ofFile('{}'))).not.toEqual(annotations(manifests));
    }
    // As a hook it runs before the config map exists.
    const migration = one(manifests, 'Job');
    expect(environmentOf(migration)).not.toHaveProperty('DELIVERY_FILE');
    expect(podOf(migration).volumes.map(({ name }) => name)).toEqual(['tmp']);
  });

  it('are spread over hosts and zones', async () => {
    const manifests = await render('minimal');
    for (const program of ['api', 'worker'])
      expect(podOf(one(manifests, 'Deployment', `-${program}`)).topologySpreadConstraints).toMatchObject([
        {
          topologyKey: 'topology.kubernetes.io/zone',
          labelSelector: { matchLabels: { 'app.kubernetes.io/component': program } },
        },
        { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { 'app.kubernetes.io/component': program } } },
      ]);
  });
});

describe('the migration', () => {
  it('runs before each version, with a service account that exists by then', async () => {
    const manifests = await render('full');
    const hooks = manifests.filter(({ metadata }) => metadata.annotations?.['helm.sh/hook'] === 'pre-install,pre-upgrade');
    const weight = ({ metadata }: Manifest): number => Number(metadata.annotations?.['helm.sh/hook-weight']);
    const [account, job] = hooks.toSorted((left, right) => weight(left) - weight(right)) as [Manifest, Manifest];
    expect([account.kind, job.kind]).toEqual(['ServiceAccount', 'Job']);
    expect(podOf(job).serviceAccountName).toBe(account.metadata.name);
    expect(account.metadata.annotations).toMatchObject({
      'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/autodeploy',
    });
  });

  it('is left out by choice', async () => {
    const manifests = await render('minimal', { migration: { enabled: false }, serviceAccount: { create: false, name: 'mine' } });
    expect(manifests.filter(({ kind }) => kind === 'Job' || kind === 'ServiceAccount')).toEqual([]);
    expect(podOf(one(manifests, 'Deployment', '-worker')).serviceAccountName).toBe('mine');
  });
});

it('prints notes that name what was made, and warn of what breaks it', async () => {
  const values = `${chart}/ci/minimal-values.yaml`;
  const notes = (await helm('install', 'release', chart, '--dry-run=client', '--namespace', 'ml', '--values', values)).split(
    'NOTES:',
  )[1];
  expect(notes).toContain('kubectl -n ml rollout status deployment/release-sagemaker-autodeploy-worker');
  expect(notes).toContain('2 API pods, 2 workers');
  expect(notes).toContain('Never scale the workers to zero.');
});

describe('the selectors', () => {
  it('find the pods of one program, and the service those of the API', async () => {
    const manifests = await render('full');
    const labels = (program: string): object =>
      specOf<{ template: { metadata: { labels: object } } }>(one(manifests, 'Deployment', `-${program}`)).template.metadata
        .labels;
    const selectorOf = (manifest: Manifest): object =>
      specOf<{ selector: { matchLabels: object } }>(manifest).selector.matchLabels;
    for (const [program, other] of [
      ['api', 'worker'],
      ['worker', 'api'],
    ] as const)
      for (const kind of ['Deployment', 'PodDisruptionBudget']) {
        const selector = selectorOf(one(manifests, kind, `-${program}`));
        expect(labels(program)).toMatchObject(selector);
        expect(labels(other)).not.toMatchObject(selector);
      }
    const service = one(manifests, 'Service');
    expect(labels('api')).toMatchObject(specOf<{ selector: object }>(service).selector);
    expect(service.metadata.labels).toMatchObject(selectorOf(one(manifests, 'ServiceMonitor')));
  });
});

describe('scaling', () => {
  it.each([
    ['api', 'HorizontalPodAutoscaler', { api: { autoscaling: { enabled: true } } }, { minReplicas: 2 }],
    ['worker', 'HorizontalPodAutoscaler', { worker: { autoscaling: { enabled: true, minReplicas: 1 } } }, { minReplicas: 1 }],
    [
      'worker',
      'ScaledObject',
      { worker: { keda: { enabled: true, triggers: [{ type: 'cpu', metricType: 'Utilization', metadata: { value: '60' } }] } } },
      { minReplicaCount: 2 },
    ],
  ])('%s by a %s, which alone sets the number of pods', async (program, kind, values, spec) => {
    const manifests = await render('minimal', values);
    const deployment = one(manifests, 'Deployment', `-${program}`);
    expect(deployment['spec']).not.toHaveProperty('replicas');
    const scaler = one(manifests, kind, `-${program}`);
    expect(scaler['spec']).toMatchObject({ ...spec, scaleTargetRef: { kind: 'Deployment', name: deployment.metadata.name } });
    expect(scaler['spec']).not.toHaveProperty('idleReplicaCount');
    expect(kubernetesFaults(scaler)).toEqual([]);
  });
});

/** Helm names the value, Helm 3 with dots between its parts, Helm 4 with slashes. */
describe('helm refuses', () => {
  it.each<[string, object, RegExp]>([
    ['no workers', { worker: { replicas: 0 } }, /worker[/.]replicas/],
    ['no API', { api: { replicas: 0 } }, /api[/.]replicas/],
    ['half a worker', { worker: { replicas: 1.5 } }, /worker[/.]replicas.*integer/],
    ['an HPA to zero', { worker: { autoscaling: { minReplicas: 0 } } }, /worker[/.]autoscaling[/.]minReplicas/],
    ['KEDA to zero', { worker: { keda: { minReplicaCount: 0 } } }, /worker[/.]keda[/.]minReplicaCount/],
    ['KEDA to zero when idle', { worker: { keda: { idleReplicaCount: 0 } } }, /worker[/.]keda.*idleReplicaCount/],
    ['KEDA without a trigger', { worker: { keda: { enabled: true } } }, /worker[/.]keda[/.]triggers/],
    [
      'two scalers for the workers',
      { worker: { autoscaling: { enabled: true }, keda: { enabled: true, triggers: [{ type: 'cpu', metadata: {} }] } } },
      /worker.autoscaling and worker.keda/,
    ],
    ['a maximum below the minimum', { api: { autoscaling: { enabled: true, maxReplicas: 1 } } }, /api.autoscaling.maxReplicas/],
    ['too little time to stop', { worker: { terminationGracePeriodSeconds: 10 } }, /worker[/.]terminationGracePeriodSeconds.*20/],
    ['SQLite', { database: { existingSecret: '', url: 'file:/data/autodeploy.db' } }, /database[/.]url/],
    ['a password in the values', { database: { existingSecret: '', url: 'postgres://me:secret@db:5432/x' } }, /database[/.]url/],
    ['no database', { database: { existingSecret: '' } }, /database/],
    ['no Redis', { redis: { existingSecret: '' } }, /redis/],
    ['no API keys', { apiKeys: { existingSecret: '' } }, /apiKeys[/.]existingSecret/],
    ['no image', { image: { repository: '' } }, /image[/.]repository/],
    ['a variable that does not exist', { config: { POLL_INTERVAL: '30' } }, /config.*POLL_INTERVAL/],
    ['a variable that the chart sets', { config: { DATABASE_URL: 'file:x' } }, /config.*DATABASE_URL/],
    ['a delivery file that is no text', { deliveryFile: { defaults: {} } }, /deliveryFile/],
    ['no role', { config: { EXECUTION_ROLE_ARN: '' } }, /config[/.]EXECUTION_ROLE_ARN/],
    ['a value that does not exist', { workers: { replicas: 2 } }, /workers/],
    ['an ingress for no host', { ingress: { enabled: true } }, /ingress[/.]hosts/],
    ['a ServiceMonitor without a key', { serviceMonitor: { enabled: true } }, /serviceMonitor[/.]apiKey[/.]existingSecret/],
    ['a health check of its own', { api: { readinessPath: '/' } }, /api[/.]readinessPath/],
  ])('%s', async (_, values, words) => {
    await expect(render('minimal', values)).rejects.toThrow(words);
  });
});

it('offers every variable but secrets and those that it sets itself, and no other', () => {
  const schema = JSON.parse(readFileSync(`${chart}/values.schema.json`, 'utf8')) as {
    properties: { config: { properties: Record<string, unknown>; required: string[] } };
  };
  const { properties, required } = schema.properties.config;
  const own = [
    'HOST',
    'PORT',
    'API_KEYS',
    'LINK_SIGNING_KEY',
    'OTEL_EXPORTER_OTLP_HEADERS',
    'REDIS_URL',
    'REDIS_SENTINEL_PASSWORD',
    'HEARTBEAT_FILE',
    'DELIVERY_FILE',
    ...Object.keys(databaseVariables),
  ];
  const offered = Object.keys(properties).filter((name) => !ofTheSdk.test(name));
  expect(offered.toSorted()).toEqual(
    Object.keys(known)
      .filter((name) => !own.includes(name))
      .toSorted(),
  );
  const needed = Object.entries(known).flatMap(([name, { schema: rule }]) => (rule.safeParse(undefined).success ? [] : [name]));
  expect(required).toEqual(expect.arrayContaining(needed));
});

describe('the README of the chart', () => {
  /** Rows of a table whose first cells are a value's path and its default. */
  const rows = (text: string): Record<string, string> =>
    Object.fromEntries(
      [...text.matchAll(/^\| `([\w.]+)` +\| (?:`(.+?)`|required) +\|/gm)].map(([, path = '', value = '']) => [path, value]),
    );

  const leaves = (value: unknown, path = ''): [string, unknown][] =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).length > 0 &&
    !path.endsWith('resources')
      ? Object.entries(value).flatMap(([key, child]) => leaves(child, path === '' ? key : `${path}.${key}`))
      : [[path, value]];

  it('has every value with its default, and no other', () => {
    const documented = rows(readFileSync(`${chart}/README.md`, 'utf8'));
    const values = leaves(parse(readFileSync(`${chart}/values.yaml`, 'utf8')));
    expect(Object.keys(documented).toSorted()).toEqual(values.map(([path]) => path).toSorted());
    for (const [path, value] of values) if (documented[path] !== '') expect(documented[path], path).toBe(JSON.stringify(value));
    expect(values.filter(([path, value]) => documented[path] === '' && value !== '').map(([path]) => path)).toEqual([]);
  });
});

describe('kubernetesFaults', () => {
  it('finds what is missing, of the wrong type, or unknown', async () => {
    const worker = one(await render('minimal'), 'Deployment', '-worker');
    expect(kubernetesFaults(worker)).toEqual([]);
    const { selector: _, ...spec } = specOf<{ selector: unknown; template: { spec: object } }>(worker);
    const pod = { ...spec.template.spec, terminationGracePeriod: 30 };
    const changed = { ...worker, spec: { ...spec, replicas: 'two', template: { ...spec.template, spec: pod } } };
    expect(kubernetesFaults(changed)).toEqual([
      '/spec: required {"missingProperty":"selector"}',
      '/spec/replicas: type {"type":"integer"}',
      '/spec/template/spec/terminationGracePeriod: unknown',
    ]);
    expect(kubernetesFaults({ apiVersion: 'v1', kind: 'Nothing' })).toEqual(['no schema of v1 Nothing']);
  });
});

describe('monitoring', () => {
  const monitoring = { prometheusRule: { enabled: true }, grafanaDashboard: { enabled: true } };

  it.each([
    ['rules.yaml', 'infra/prometheus/rules.yaml'],
    ['dashboard.json', 'infra/grafana/dashboard.json'],
  ])('has %s of %s: a chart is packed without what is outside of it', (file, source) => {
    expect(readFileSync(join(chart, 'monitoring', file), 'utf8')).toBe(readFileSync(source, 'utf8'));
  });

  it('gives the alerts and the dashboard as they are, and the alerts links to the runbook', async () => {
    const rules = parse(readFileSync('infra/prometheus/rules.yaml', 'utf8')) as object;
    const dashboard = JSON.parse(readFileSync('infra/grafana/dashboard.json', 'utf8')) as object;
    const manifests = await render('minimal', monitoring);
    expect(specOf(one(manifests, 'PrometheusRule'))).toEqual(rules);
    const { data } = one(manifests, 'ConfigMap', '-dashboard') as Manifest & { data: Record<string, string> };
    expect(JSON.parse(Object.values(data)[0] ?? '')).toEqual(dashboard);
    const text = JSON.stringify(one(await render('full'), 'PrometheusRule'));
    const links = [...text.matchAll(/"runbook_url":"([^"]+)"/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(10);
    const base = 'https://git.example.com/sagemaker-autodeploy/blob/main/docs/operations/runbook.md#';
    expect(links.filter((link) => !link.startsWith(base))).toEqual([]);
  });
});
