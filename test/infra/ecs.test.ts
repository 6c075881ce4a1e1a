import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseApiConfig, parseConfig } from '../../src/config/config.ts';
import { apiVariables, databaseVariables, sharedVariables } from '../../src/config/variables.ts';
import { read, tableRows } from '../docs/markdown.ts';
import { evaluate, withLocals } from './evaluate.ts';
import { type Block, loadModule } from './terraform.ts';

const moduleFolder = 'infra/terraform/modules/ecs';
const dockerfile = readFileSync('Dockerfile', 'utf8');
const { locals, outputs, resources, variables } = await loadModule('modules/ecs');

const inputs = {
  name: null,
  project_name: 'ml-sentiment',
  image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/autodeploy@sha256:0',
  endpoint_names: ['one-endpoint', 'two-endpoint'],
  sagemaker_role_arn: 'arn:aws-cn:iam::210987654321:role/path/sagemaker',
  training_image: 'training:1',
  model_output_s3_uri: 's3://bucket/models',
  api_keys_secret_arn: 'arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:keys',
  link_signing_key_secret_arn: null,
  otlp_headers_secret_arn: null,
  public_url: null,
  settings: { LOG_LEVEL: 'debug' },
  redis_node_count: 2,
  database_iam: false,
  api_cpu: 512,
  api_memory: 1024,
  worker_cpu: 512,
  worker_memory: 1024,
};

const scope = await withLocals(locals, {
  path: { module: moduleFolder },
  var: inputs,
  data: {
    aws_caller_identity: { current: { account_id: '123456789012' } },
    aws_partition: { current: { partition: 'aws-cn' } },
    aws_region: { current: { region: 'cn-north-1' } },
  },
  aws_secretsmanager_secret: { database_url: { arn: 'arn:database' }, redis_url: { arn: 'arn:redis' } },
  aws_secretsmanager_secret_version: { database_url: { version_id: 'v1' }, redis_url: { version_id: 'v2' } },
  aws_cloudwatch_log_group: { this: { api: { name: 'api' }, worker: { name: 'worker' }, migrate: { name: 'migrate' } } },
});

const blocks = (block: Block | undefined, name: string): Block[] => (block?.[name] ?? []) as Block[];

const known: Record<string, { schema: { safeParse: (value: unknown) => unknown } }> = {
  ...databaseVariables,
  ...sharedVariables,
  ...apiVariables,
};

interface Container {
  name: string;
  image: string;
  command: string[];
  user: string;
  readonlyRootFilesystem: boolean;
  stopTimeout: number;
  linuxParameters: unknown;
  healthCheck?: { command: string[] };
  mountPoints: { containerPath: string }[];
  environment: { name: string; value: string }[];
  secrets: { name: string; valueFrom: string }[];
}

async function containerOf(program: string): Promise<Container> {
  const { container_definitions: definitions } = resources['aws_ecs_task_definition.this'] ?? {};
  const { [program]: value } = scope.local['programs'] as Record<string, unknown>;
  const [container] = JSON.parse(String(await evaluate(definitions, { ...scope, each: { key: program, value } }))) as Container[];
  if (container === undefined) throw new Error('no container');
  return container;
}

const namesIn = ({ environment, secrets }: Container): string[] => [...environment, ...secrets].map(({ name }) => name);

const programs = ['api', 'worker', 'migrate'];

describe.each(programs)('the task definition of %s', (program) => {
  it('sets variables that exist, each once, and all that are required', async () => {
    const container = await containerOf(program);
    const names = namesIn(container);
    const secrets = {
      DATABASE_URL: 'postgres://me:password@db.example.com:5432/autodeploy',
      REDIS_URL: 'rediss://:password@redis.example.com:6379',
      API_KEYS: '0123456789abcdef',
    };
    const environment = { ...Object.fromEntries(container.environment.map(({ name, value }) => [name, value])), ...secrets };
    // It throws what would end the program with 78.
    expect(program === 'api' ? parseApiConfig(environment) : parseConfig(environment)).toMatchObject({ logLevel: 'debug' });
    expect(names.filter((name) => !(name in known) && name !== 'AWS_REGION')).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
    const required = Object.entries(sharedVariables).flatMap(([name, { schema }]) =>
      schema.safeParse(undefined).success ? [] : [name],
    );
    expect(required.length).toBeGreaterThan(0);
    expect(names).toEqual(expect.arrayContaining([...required, 'DATABASE_URL', 'REDIS_URL', 'AWS_REGION', 'LOG_LEVEL']));
    // Workers derive from them the key that signs links.
    expect(names.includes('API_KEYS')).toBe(program !== 'migrate');
  });

  it('runs a program of the image, that may write nothing but its scratch folder', async () => {
    const container = await containerOf(program);
    expect(container).toMatchObject({
      image: inputs.image,
      user: '1000:1000',
      readonlyRootFilesystem: true,
      linuxParameters: { capabilities: { drop: ['ALL'] } },
    });
    expect(container.stopTimeout).toBeGreaterThanOrEqual(20);
    expect(existsSync(container.command.at(-1) ?? '')).toBe(true);
    expect(dockerfile).toContain(container.command.join(' '));
    expect(container.mountPoints).toMatchObject([{ containerPath: '/tmp' }]);
    // Fargate mounts a volume for root alone, unless the image declares it: docs.aws.amazon.com/AmazonECS bind-mounts.
    expect(dockerfile).toMatch(/^VOLUME \["\/tmp"\]$/m);
  });

  it("is checked as the image's own health check does", async () => {
    const { healthCheck } = await containerOf(program);
    if (program === 'migrate') return expect(healthCheck).toBeUndefined();
    const [, ...command] = healthCheck?.command ?? [];
    expect(dockerfile).toContain(`CMD ${JSON.stringify(command).replaceAll(',', ', ')}`);
  });
});

it('gives workers a key to sign links with, and with it no API keys', async () => {
  const secret = 'arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:links';
  const { local } = await withLocals(locals, { ...scope, var: { ...inputs, link_signing_key_secret_arn: secret } });
  expect(local['worker_secrets']).toEqual({ API_KEYS: null, LINK_SIGNING_KEY: secret, OTEL_EXPORTER_OTLP_HEADERS: null });
  expect(local['api_secrets']).toEqual({ API_KEYS: inputs.api_keys_secret_arn, LINK_SIGNING_KEY: secret });
});

it('refuses in `settings` exactly the variables that the module sets', async () => {
  const containers = await Promise.all(programs.map(containerOf));
  const set = new Set(containers.flatMap(namesIn).filter((name) => !(name in inputs.settings)));
  // The module leaves these out with the inputs of this test.
  expect((scope.local['own_variables'] as string[]).toSorted()).toEqual(
    [...set, 'DATABASE_IAM', 'LINK_SIGNING_KEY', 'OTEL_EXPORTER_OTLP_HEADERS', 'PUBLIC_URL'].toSorted(),
  );
  const [, check] = blocks(variables['settings'], 'validation');
  const allows = (settings: object): Promise<unknown> => evaluate(check?.['condition'], { ...scope, var: { settings } });
  expect(await allows({ POLL_INTERVAL_SECONDS: '30' })).toBe(true);
  expect(await allows({ DATABASE_URL: 'file:/data/x.db' })).toBe(false);
});

describe.each(['worker_count', 'api_count'])('%s', (name) => {
  it.each([
    [1, true],
    [2, true],
    [0, false],
    [-1, false],
    [1.5, false],
  ])('%d: %s', async (count, allowed) => {
    const [check] = blocks(variables[name], 'validation');
    expect(await evaluate(check?.['condition'], { var: { [name]: count } })).toBe(allowed);
  });
});

describe('the task role', () => {
  interface Policy {
    Statement: { Sid: string; Action: string | string[]; Resource: string | string[]; Condition?: unknown }[];
  }
  const documented = JSON.parse(readFileSync('docs/iam/service-policy.json', 'utf8')) as Policy;
  const policy = scope.local['service_policy'] as Policy;
  const list = (value: string | string[]): string[] => [value].flat();

  it("has the service's policy, and nothing else", () => {
    expect(policy.Statement.map(({ Sid, Action, Condition }) => ({ Sid, Action, Condition }))).toEqual(
      documented.Statement.map(({ Sid, Action, Condition }) => ({ Sid, Action, Condition })),
    );
    const arns = policy.Statement.flatMap(({ Resource }) => list(Resource));
    expect(arns.filter((arn) => /REGION|ACCOUNT_ID|_NAME|arn:aws:/.test(arn))).toEqual([]);
    expect(resources['aws_iam_role_policy.task']).toMatchObject({
      role: '${aws_iam_role.task.id}',
      policy: '${jsonencode(local.service_policy)}',
    });
    const ofTheRole = Object.entries(resources).filter(([, { role }]) => role === '${aws_iam_role.task.id}');
    expect(ofTheRole.map(([address]) => address)).toEqual(['aws_iam_role_policy.database', 'aws_iam_role_policy.task']);
  });

  it('allows the endpoints that were named, and to pass the one role to SageMaker alone', () => {
    const bySid = Object.fromEntries(policy.Statement.map((statement) => [statement.Sid, statement]));
    expect(bySid['Endpoint']?.Resource).toEqual(
      inputs.endpoint_names.map((name) => `arn:aws-cn:sagemaker:cn-north-1:123456789012:endpoint/${name}`),
    );
    const passing = policy.Statement.filter(({ Action }) => list(Action).includes('iam:PassRole'));
    expect(passing).toMatchObject([
      {
        Resource: [inputs.sagemaker_role_arn],
        Condition: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
      },
    ]);
  });

  it('reads no secret: only the execution role does, and only these five', () => {
    expect(JSON.stringify(policy)).not.toMatch(/secretsmanager|kms/);
    const statements = blocks(resources['data.aws_iam_policy_document.execution'], 'statement');
    expect(statements.find(({ sid }) => sid === 'ReadSecrets')).toMatchObject({
      actions: ['secretsmanager:GetSecretValue'],
      resources: expect.stringMatching(
        /^\$\{concat\(\s*var\.database_iam \? \[\] : \[aws_secretsmanager_secret\.database_url\.arn\],\s*\[aws_secretsmanager_secret\.redis_url\.arn, var\.api_keys_secret_arn\],\s*var\.link_signing_key_secret_arn == null \? \[\] : \[var\.link_signing_key_secret_arn\],\s*var\.otlp_headers_secret_arn == null \? \[\] : \[var\.otlp_headers_secret_arn\],\s*\)\}$/,
      ),
    });
  });

  it('connects to PostgreSQL with a token by choice, as one user of one database', async () => {
    expect(resources['aws_iam_role_policy.database']).toMatchObject({ count: '${var.database_iam ? 1 : 0}' });
    const { DATABASE_IAM: off } = scope.local['shared_environment'] as Record<string, unknown>;
    expect(off).toBeNull();
    const database = { aws_db_instance: { this: { address: 'db.example.com', resource_id: 'db-ID' } } };
    const local = await withLocals(locals, { ...scope, ...database, var: { ...inputs, database_iam: true } });
    expect(local.local['shared_environment']).toMatchObject({
      DATABASE_IAM: 'true',
      DATABASE_URL: expect.stringMatching(/^postgres:\/\/autodeploy@db\.example\.com:5432\/autodeploy\?sslmode=verify-full&/),
    });
    expect(local.local['shared_secrets']).toMatchObject({ DATABASE_URL: null });
    const [statement] = blocks(resources['data.aws_iam_policy_document.database'], 'statement');
    expect(await evaluate(statement, local)).toEqual({
      sid: 'ConnectToDatabase',
      actions: ['rds-db:connect'],
      resources: ['arn:aws-cn:rds-db:cn-north-1:123456789012:dbuser:db-ID/autodeploy'],
    });
  });
});

it('is checked by the load balancer on a route that does not depend on the stores', () => {
  const [check] = blocks(resources['aws_lb_target_group.api'], 'health_check');
  expect(check).toMatchObject({ path: '/health/live', matcher: '200' });
});

it('rolls a failed deployment back', () => {
  for (const name of ['api', 'worker'])
    expect(resources[`aws_ecs_service.${name}`]).toMatchObject({
      deployment_circuit_breaker: [{ enable: true, rollback: true }],
      deployment_minimum_healthy_percent: 100,
    });
});

describe('the stores', () => {
  it('are encrypted, also on the way, and reached by the service alone', () => {
    expect(resources['aws_db_instance.this']).toMatchObject({
      storage_encrypted: true,
      publicly_accessible: false,
      engine: 'postgres',
    });
    expect(resources['aws_db_parameter_group.this']).toMatchObject({ parameter: [{ name: 'rds.force_ssl', value: '1' }] });
    expect(resources['aws_elasticache_replication_group.this']).toMatchObject({
      engine: 'valkey',
      transit_encryption_enabled: true,
      transit_encryption_mode: 'required',
      at_rest_encryption_enabled: true,
    });
    expect(resources['aws_vpc_security_group_ingress_rule.store_from_service']).toMatchObject({
      for_each: '${local.stores}',
      referenced_security_group_id: '${aws_security_group.service.id}',
    });
  });

  it("keep PostgreSQL's password out of the state", () => {
    const { password, password_wo: written } = resources['aws_db_instance.this'] ?? {};
    expect(password).toBeUndefined();
    expect(written).toBe('${ephemeral.random_password.database.result}');
    const { secret_string: stored, secret_string_wo: url } = resources['aws_secretsmanager_secret_version.database_url'] ?? {};
    expect(stored).toBeUndefined();
    expect(url).toMatch(/^postgres:.*@\$\{local\.database_place\}$/);
    expect(locals['database_place']).toContain('?sslmode=verify-full&sslrootcert=${local.database_ca_path}');
  });

  it('have addresses that the programs take', async () => {
    const stores = await withLocals(locals, {
      ...scope,
      aws_db_instance: { this: { address: 'db.example.com' } },
      aws_elasticache_replication_group: { this: { primary_endpoint_address: 'master.example.com' } },
      ephemeral: { random_password: { database: { result: 'a1B2' } } },
      random_password: { redis: { result: 'c3D4' } },
    });
    const { secret_string_wo: database } = resources['aws_secretsmanager_secret_version.database_url'] ?? {};
    const { secret_string: redis } = resources['aws_secretsmanager_secret_version.redis_url'] ?? {};
    const url = await evaluate(database, stores);
    expect(url).toBe(
      'postgres://autodeploy:a1B2@db.example.com:5432/autodeploy?sslmode=verify-full&sslrootcert=/app/certificates/rds.pem',
    );
    expect(known['DATABASE_URL']?.schema.safeParse(url)).toMatchObject({ success: true });
    expect(known['DATABASE_URL']?.schema.safeParse(stores.local['database_url_without_password'])).toMatchObject({
      success: true,
    });
    const redisUrl = await evaluate(redis, stores);
    expect(redisUrl).toBe('rediss://:c3D4@master.example.com:6379');
    expect(known['REDIS_URL']?.schema.safeParse(redisUrl)).toMatchObject({ success: true });
  });

  it('evict no job', () => {
    expect(resources['aws_elasticache_parameter_group.this']).toMatchObject({
      parameter: [{ name: 'maxmemory-policy', value: 'noeviction' }],
    });
    expect(resources['aws_elasticache_replication_group.this']).toMatchObject({
      parameter_group_name: '${aws_elasticache_parameter_group.this.name}',
    });
  });
});

describe('the output migrate_command', () => {
  /** The commands as a shell gets them: each `${…}` evaluated by itself, since a heredoc is no quoted text. */
  async function commands(): Promise<string> {
    const { value } = outputs['migrate_command'] ?? {};
    const evaluated = await withLocals(locals, {
      ...scope,
      var: { ...inputs, private_subnet_ids: ['subnet-1', 'subnet-2'], additional_security_group_ids: [] },
      aws_ecs_cluster: { this: { name: 'cluster' } },
      aws_ecs_task_definition: { this: { migrate: { family: 'ml-sentiment-migrate' } } },
      aws_security_group: { service: { id: 'sg-1' } },
    });
    const parts = String(value).split(/(\$\{[^}]*\})/);
    return (await Promise.all(parts.map(async (part) => (part.startsWith('${') ? evaluate(part, evaluated) : part)))).join('');
  }

  /** A program in place of the AWS command-line program, which notes what it is called with. */
  function withAws(code: string): { folder: string; calls: () => string } {
    const folder = mkdtempSync(join(tmpdir(), 'aws-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const reply = `case "$2" in run-task) ${code === 'refused' ? 'exit 254' : 'echo arn:task'};; describe-tasks) echo ${code};; esac`;
    writeFileSync(join(folder, 'aws'), `#!/bin/sh\necho "$@" >> ${folder}/calls\n${reply}\n`, { mode: 0o755 });
    return { folder, calls: () => readFileSync(join(folder, 'calls'), 'utf8') };
  }

  it.each([
    ['0', 0],
    ['1', 1],
    ['78', 1],
    ['None', 1],
    ['refused', 254],
  ])('ends with a migration that ended with %s as %d', async (code, expected) => {
    const { folder, calls } = withAws(code);
    const env = { PATH: `${folder}:${process.env['PATH']}` };
    expect(spawnSync('sh', { input: await commands(), env }).status).toBe(expected);
    const run = 'ecs run-task --region cn-north-1 --cluster cluster --task-definition ml-sentiment-migrate --launch-type FARGATE';
    expect(calls()).toContain(run);
    expect(calls()).toContain('awsvpcConfiguration={subnets=[subnet-1,subnet-2],securityGroups=[sg-1],assignPublicIp=DISABLED}');
    if (code !== 'refused')
      expect(calls()).toContain('ecs wait tasks-stopped --region cn-north-1 --cluster cluster --tasks arn:task');
  });
});

describe('the alarms', () => {
  it('include one for each thing that can stop the service', async () => {
    const later = { aws_lb: { this: { arn_suffix: 'lb' } }, aws_lb_target_group: { api: { arn_suffix: 'tg' } } };
    const more = await withLocals(locals, {
      ...scope,
      ...later,
      var: { ...inputs, api_error_threshold: 5, database_storage_gb: 20 },
      aws_ecs_cluster: { this: { name: 'cluster' } },
      aws_ecs_service: { worker: { name: 'worker' } },
      aws_db_instance: { this: { identifier: 'database', address: 'host' } },
    });
    const alarms = more.local['alarms'] as Record<string, Block>;
    expect(Object.keys(alarms).toSorted()).toEqual([
      'api-errors',
      'database-cpu',
      'database-storage',
      'database-unavailable',
      'deployment-failed',
      'deployment-rolled-back',
      'jobs-late',
      'no-api',
      'no-worker',
      'notification-abandoned',
      'redis-cpu-ml-sentiment-001',
      'redis-cpu-ml-sentiment-002',
      'redis-memory-ml-sentiment-001',
      'redis-memory-ml-sentiment-002',
      'redis-unavailable',
      'unhealthy-hosts',
      'worker-cpu',
    ]);
    expect(alarms['no-worker']).toMatchObject({
      statistic: 'SampleCount',
      comparison: 'LessThanThreshold',
      threshold: 1,
      missing: 'breaching',
    });
    const named = Object.entries(alarms).flatMap(([name, { description }]) => {
      const [, alert] = /Runbook: (\w+)\.$/.exec(String(description)) ?? [];
      return alert === undefined ? [] : [`${alert} ${name}`];
    });
    const inDocs = tableRows(read('docs/operations/metrics.md')).flatMap(([alert = '', alarm = '']) => {
      const [, name] = /^`([a-z-]+)`$/.exec(alarm) ?? [];
      return name === undefined ? [] : [`${alert} ${name}`];
    });
    expect(named.toSorted()).toEqual(inDocs.toSorted());
    expect(alarms['database-storage']?.['threshold']).toBeCloseTo(2 * 1024 ** 3, -3);
  });

  it('count log events that exist', () => {
    const written = readFileSync('docs/operations/log-events.md', 'utf8');
    const logged = Object.values(scope.local['logged_alarms'] as Record<string, { events: string[]; metric: string }>);
    expect(logged.length).toBeGreaterThan(4);
    for (const event of logged.flatMap(({ events }) => events)) expect(written).toContain(`\`${event}\``);
    expect(new Set(logged.map(({ metric }) => metric)).size).toBe(logged.length);
    expect(Object.keys(scope.local['log_filters'] as object)).toHaveLength(2 * logged.length);
  });
});
