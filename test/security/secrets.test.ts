/**
 * A whole system, a training that is deployed, and all that can go wrong beside it; then everything that was written or answered is
 * searched for what must not be there.
 *
 * The values of hyperparameters and environment variables are in the database, by necessity: a training that could not be started at once
 * is started from there. They are nowhere else: not in Redis, not in a log, not in an answer.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { createSimulator } from 'sagemaker-simulator';
import { type ApiResponse, type RequestedCall, requesting } from '../api/request.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { startPostgres } from '../../tools/testkit/postgres.ts';
import { type Program, startProgram } from '../../tools/testkit/processes.ts';
import { startRedis } from '../../tools/testkit/redis.ts';
import { redisContents } from './redis-contents.ts';

const apiKeys = ['first-api-key-4711', 'second-api-key-4712'] as const;
const redisPassword = 'redis/p@ss:w0rd+4713';
const awsSecret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCY4714EXAMPLE';
const awsSession = 'FwoGZXIvYXdzE4715==';
const databasePassword = 'database/p@ss:w0rd+4725';
const ofTheService = [...apiKeys, redisPassword, awsSecret, awsSession, databasePassword];
const ofTheUser = [
  'hyperparameter-secret-4716',
  'environment-secret-4717',
  'serving-secret-4730',
  'argument-secret-4731',
  'shaped-secret-4732',
] as const;
const lines = ['first-line-secret-4720', 'second line with "quotes" 4721', 'third-line-4722'];
const overSeveralLines = lines.join('\n');
/** Those values, their lines, and the part of a line that an ellipsis leaves. */
const notToBeSeen = [...ofTheUser, overSeveralLines, ...lines, overSeveralLines.slice(0, 12), lines[1]!.slice(0, 12)];

const wrongPassword = 'wrong-but-secret-4718';

const folder = mkdtempSync(join(tmpdir(), 'autodeploy-secrets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const key = { 'x-api-key': apiKeys[0] };
const body = {
  hyperparameters: { license: ofTheUser[0], epochs: 3 },
  environment: { DB_PASSWORD: ofTheUser[1], KEY: overSeveralLines },
  create_training_job: {
    AlgorithmSpecification: { ContainerArguments: ['--token', ofTheUser[3]] },
    Environment: { SHAPED: ofTheUser[4] },
  },
  create_model: { PrimaryContainer: { Environment: { TOKEN: ofTheUser[2], NOTES: overSeveralLines } } },
};

/** A secret as it is, and as it stands in addresses, in JSON and in headers. */
const written = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64'),
  Buffer.from(`user:${secret}`).toString('base64'),
];

function expectNone(where: string, text: string, secrets: readonly string[]): void {
  for (const secret of secrets) {
    for (const form of written(secret)) {
      const at = text.indexOf(form);
      expect(at, `${secret} ${where}: ${text.slice(Math.max(0, at - 300), at + 200)}`).toBe(-1);
    }
  }
}

type Engine = 'SQLite' | 'PostgreSQL';
type Settings = Record<string, string>;

interface Database {
  /** Of the API and of workers. */
  env: Record<'api' | 'worker', Settings>;
  /** Everything that it holds. */
  contents: () => Promise<string>;
  /** From now on the database refuses runs of this name, in words that repeat the whole row. */
  refuse: (name: string) => Promise<void>;
  wrongSettings: Settings[];
  wrongPassword: Settings | null;
}

function sqlite(): Database {
  const env = { DATABASE_URL: `file:${folder}/db/autodeploy.db` };
  const files = (): string[] => readdirSync(join(folder, 'db')).map((name) => readFileSync(join(folder, 'db', name), 'latin1'));
  return {
    env: { api: env, worker: env },
    contents: async () => files().join('\n'),
    refuse: async () => {},
    wrongSettings: [],
    wrongPassword: null,
  };
}

/** The API has the password in its address, workers have it in a file. */
async function postgres(): Promise<Database> {
  const server = await startPostgres();
  const name = await server.createDatabase();
  await server.sql(`CREATE ROLE keeper LOGIN PASSWORD '${databasePassword}'`);
  await server.sql(`ALTER DATABASE ${name} OWNER TO keeper`);
  await server.sql('ALTER SCHEMA public OWNER TO keeper', undefined, name);
  const hosts = ['host all postgres 127.0.0.1/32 trust', 'host all all 127.0.0.1/32 scram-sha-256'];
  writeFileSync(join(server.folder.data, 'pg_hba.conf'), `${hosts.join('\n')}\n`);
  await server.sql('SELECT pg_reload_conf()');
  const url = (login: string, parameters = 'sslmode=disable'): string =>
    `postgres://${login}@127.0.0.1:${server.port}/${name}?${parameters}`;
  const passwordFile = join(folder, 'database-password');
  writeFileSync(passwordFile, `${databasePassword}\n`);
  const encoded = encodeURIComponent(databasePassword);
  return {
    env: {
      api: { DATABASE_URL: url(`keeper:${encoded}`) },
      worker: { DATABASE_URL: url('keeper'), DATABASE_PASSWORD_FILE: passwordFile },
    },
    async contents() {
      const tables = ['training_runs', 'deployments', 'history', 'processes', 'skipped', 'leases', 'installation'];
      const rows = await Promise.all(tables.map((table) => server.sql(`SELECT * FROM ${table}`, undefined, name)));
      return rows
        .flat()
        .map((row) => Object.values(row).join('\n'))
        .join('\n');
    },
    async refuse(refused) {
      const check = `ADD CONSTRAINT refused CHECK (training_job_name <> '${refused}') NOT VALID`;
      await server.sql(`ALTER TABLE training_runs ${check}`, undefined, name);
    },
    wrongSettings: [
      { DATABASE_URL: url(`keeper:${encoded}%zz`) },
      { DATABASE_URL: url(`keeper:${encoded}`, 'sslmode=no-such-mode') },
      { DATABASE_URL: url(`keeper:${encoded}`), DATABASE_PASSWORD_FILE: passwordFile },
    ],
    wrongPassword: { DATABASE_URL: url(`keeper:${wrongPassword}`), DATABASE_PASSWORD_FILE: '' },
  };
}

async function startSystem(database: Database) {
  const simulator = await createSimulator({
    settings: { trainingSeconds: 1, endpointCreateSeconds: 0.5, endpointUpdateSeconds: 0.5, stopSeconds: 0.3 },
  });
  onTestFinished(() => simulator.close());
  const server = await startRedis();
  const open = new Redis(server.url);
  await open.config('SET', 'requirepass', redisPassword);
  open.disconnect();
  const redisUrl = (password: string): string => `redis://:${encodeURIComponent(password)}@127.0.0.1:${server.port}`;
  const redis = new Redis(redisUrl(redisPassword));
  onTestFinished(() => redis.disconnect());
  const env = {
    PORT: '0',
    LOG_LEVEL: 'trace',
    API_KEYS: apiKeys.join(','),
    REDIS_URL: redisUrl(redisPassword),
    EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/SageMakerRole',
    TRAINING_IMAGE: 'registry/train:1',
    MODEL_OUTPUT_S3_URI: 's3://models/out/',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_SAGEMAKER: simulator.url,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: awsSecret,
    AWS_SESSION_TOKEN: awsSession,
    POLL_INTERVAL_SECONDS: '0.3',
    ENDPOINT_POLL_SECONDS: '0.2',
    RECONCILE_INTERVAL_SECONDS: '1',
  };
  const programs: Program[] = [];
  const start = (program: 'api' | 'worker', more: Record<string, string> = {}): Program => {
    const started = startProgram([`src/${program}/main.ts`], { ...env, ...database.env[program], ...more });
    programs.push(started);
    return started;
  };
  return { simulator, redis, redisUrl, start, output: () => programs.flatMap((program) => program.output).join('\n') };
}

it.each<Engine>(['SQLite', 'PostgreSQL'])(
  'a whole system on %s > keeps secrets out of what it shows',
  async (engine) => {
    const database = engine === 'SQLite' ? sqlite() : await postgres();
    const { simulator, redis, redisUrl, start, output } = await startSystem(database);
    const api = start('api');
    start('worker');
    const { url } = await api.logged(({ msg }) => msg === 'listening', 30_000);
    const responses: ApiResponse[] = [];
    const ask = async <Body>(
      method: string,
      path: string,
      requested: RequestedCall = { headers: key },
    ): Promise<ApiResponse<Body>> => {
      const response = await requesting(String(url))<Body>(method, path, requested);
      responses.push(response);
      return response;
    };
    const until = (name: string, field: 'status' | 'deployment_status', value: string) =>
      eventually(
        () => ask<Record<string, unknown>>('GET', `/training-jobs/${name}`),
        ({ body: run }) => run[field] === value,
        { withinMs: 30_000, everyMs: 200 },
      );

    // What goes well.
    const deployed = await ask('POST', '/bootstrap?auto_deploy=true', {
      headers: { ...key, 'idempotency-key': 'one' },
      json: { ...body, training_job_name: 'deployed' },
    });
    expect(deployed.status).toBe(202);
    await until('deployed', 'deployment_status', 'deployed');

    // SageMaker refuses the model, and says what it was given.
    simulator.addFault({
      kind: 'error',
      match: { operation: 'CreateModel' },
      status: 400,
      code: 'ValidationException',
      message: `1 validation error detected: Value '{TOKEN=${ofTheUser[2]}, NOTES=${overSeveralLines}}' at 'primaryContainer.environment' failed to satisfy constraint: for reason-4733, and ${ofTheUser[2]}`,
    });
    await ask('POST', '/bootstrap?auto_deploy=true', { headers: key, json: { ...body, training_job_name: 'model-refused' } });
    const { body: withoutModel } = await until('model-refused', 'deployment_status', 'failed');
    expect(JSON.stringify(withoutModel)).toContain('for reason-4733');

    // The container of the endpoint prints what it was given.
    simulator.addFault({
      kind: 'roll_back_update',
      match: { operation: 'UpdateEndpoint' },
      reason: `The container failed: TOKEN=${ofTheUser[2]} was refused for reason-4734`,
    });
    await ask('POST', '/bootstrap?auto_deploy=true', { headers: key, json: { ...body, training_job_name: 'rolled-back' } });
    const { body: rolledBack } = await until('rolled-back', 'deployment_status', 'rolled_back');
    expect(JSON.stringify(rolledBack)).toContain('for reason-4734');
    expect((await ask('GET', '/endpoint-status')).text).toContain('for reason-4734');

    // SageMaker refuses, in words that repeat what it was given: at once, and after a throttle, to the worker.
    const message = [
      `4 validation errors detected: Value '{license=${ofTheUser[0]}, DB_PASSWORD=${ofTheUser[1]}}' failed to satisfy constraint`,
      `Value '{notes=${overSeveralLines}, epochs=3}' at 'hyperParameters' failed to satisfy constraint: Map value must satisfy constraint`,
      `Value '${overSeveralLines}' at 'environment.KEY' failed to satisfy constraint: Member must have length less than or equal to 16`,
      `"${overSeveralLines.slice(0, 30)}..." and ${JSON.stringify(overSeveralLines)} are too long, ${lines[1]} is too, for reason-4723`,
    ].join('; ');
    const refusal = {
      kind: 'error',
      match: { operation: 'CreateTrainingJob' },
      status: 400,
      code: 'ValidationException',
      message,
    } as const;
    // SageMaker takes no line breaks in hyperparameters.
    const hyperparameters = { ...body.hyperparameters, notes: overSeveralLines };
    const broken = await ask<{ detail: string }>('POST', '/bootstrap', { headers: key, json: { ...body, hyperparameters } });
    expect([broken.status, broken.body.detail]).toEqual([422, 'hyperparameters.notes must have no line breaks']);
    simulator.addFault(refusal);
    const refused = await ask<{ detail: string }>('POST', '/bootstrap', { headers: key, json: body });
    expect([refused.status, refused.body.detail]).toEqual([400, expect.stringContaining('for reason-4723')]);
    simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' } });
    simulator.addFault(refusal);
    await ask('POST', '/bootstrap', { headers: key, json: { ...body, training_job_name: 'refused' } });
    await until('refused', 'status', 'failed');
    simulator.addFault({ ...refusal, status: 500, code: 'InternalFailure' });
    await ask('POST', '/bootstrap', { headers: key, json: body });

    // A training fails, and says so with what it was given.
    // Runs that were throttled before may start before it.
    const reason = `AlgorithmError: reason-4724: ${message}`;
    simulator.addFault({ kind: 'fail_training', match: { nameContains: 'failing' }, reason });
    await ask('POST', '/bootstrap', { headers: key, json: { ...body, training_job_name: 'failing' } });
    const failed = await until('failing', 'status', 'failed');
    expect(failed.body['failure_reason']).toMatch(/^AlgorithmError: reason-4724: .*for reason-4723$/);

    // The database refuses a row, in words that repeat it.
    await database.refuse('row-that-is-refused');
    const inserted = await ask('POST', '/bootstrap', {
      headers: key,
      json: { ...body, training_job_name: 'row-that-is-refused' },
    });
    expect(inserted.status).toBe(engine === 'SQLite' ? 202 : 500);
    for (const path of ['/status', '/metrics', '/training-jobs', '/deployments']) await ask('GET', path);

    // Requests that are refused.
    const nearly: Record<string, string>[] = [
      {},
      { 'x-api-key': `${apiKeys[0]}x` },
      { authorization: `Basic ${btoa(`me:${apiKeys[1]}`)}` },
      key,
    ];
    for (const headers of nearly) {
      for (const path of [
        '/training-jobs?cursor=x',
        '/nothing',
        '/metrics',
        '/admin/queues/api/queues/none/none',
        '/health/ready',
      ]) {
        await ask('GET', `${path}${path.includes('?') ? '&' : '?'}api_key=${apiKeys[0]}`, { headers });
      }
    }
    await ask('POST', '/bootstrap', { headers: key, json: { ...body, instance_count: 0 } });
    await ask('POST', '/bootstrap', { headers: key, json: { hyperparameters: { secret: [ofTheUser[0]] } } });

    // Configurations that are wrong.
    const wrongSettings: Record<string, string>[] = [
      { REDIS_URL: `redis://:${encodeURIComponent(redisPassword)}%zz@127.0.0.1:1` },
      { REDIS_URL: `http://:${encodeURIComponent(redisPassword)}@127.0.0.1` },
      { API_KEYS: `${apiKeys[0]},${apiKeys[1]} with a space` },
      { API_KEYS: '', HOST: '0.0.0.0' },
      ...database.wrongSettings,
    ];
    const ends = await Promise.all(wrongSettings.map((more) => start('api', more).exited));
    expect(ends.map(({ code }) => code)).toEqual(ends.map(() => 78));

    // A password that is wrong from the beginning, and one that is changed under those who are connected.
    const mistaken = start('worker', { REDIS_URL: redisUrl(wrongPassword) });
    expect((await mistaken.exited).code).toBe(78);
    if (database.wrongPassword !== null) {
      expect((await start('api', database.wrongPassword).exited).code).toBe(78);
    }
    const inRedis = await redisContents(redis);
    const boardResponses = await readBoard(ask);
    await redis.config('SET', 'requirepass', 'other-4719');
    await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await eventually(
      () => ask('GET', '/health/ready'),
      ({ status }) => status === 503,
      { withinMs: 20_000, everyMs: 200 },
    );
    await ask('POST', '/bootstrap', { headers: key, json: body });
    await ask('GET', '/admin/queues/api/queues');
    expect((await ask('GET', '/metrics')).status).toBe(200);

    // Each place has to hold something of the training, or nothing was searched.
    const inResponses = responses.map(({ text, headers }) => text + JSON.stringify([...headers])).join('\n');
    const inDatabase = await database.contents();
    const places = {
      log: output(),
      'in Redis': inRedis,
      'on the board': boardResponses,
      'in an answer': inResponses,
      'in the database': inDatabase,
    };
    for (const [place, text] of Object.entries(places)) {
      expect(text, place).toContain('deployed');
      expectNone(place, text, [...ofTheService, wrongPassword]);
      if (place !== 'in the database') expectNone(place, text, notToBeSeen);
    }
    for (const secret of ofTheUser) expect(inDatabase).toContain(secret);
  },
  120_000,
);

/** The queues, their jobs, and each job's details and log, as Bull Board tells them. */
async function readBoard(ask: (method: string, path: string) => Promise<ApiResponse>): Promise<string> {
  const texts: string[] = [];
  for (const queue of ['check-training', 'deploy']) {
    const list = await ask('GET', `/admin/queues/api/queues?activeQueue=${queue}&page=1&jobsPerPage=100`);
    texts.push(list.text);
    const { queues } = list.body as { queues: { name: string; jobs: { id: string }[] }[] };
    const jobs = queues.find(({ name }) => name === queue)?.jobs ?? [];
    expect(jobs.length, queue).toBeGreaterThan(0);
    for (const { id } of jobs) {
      for (const path of [id, `${id}/logs`]) texts.push((await ask('GET', `/admin/queues/api/queues/${queue}/${path}`)).text);
    }
  }
  return texts.join('\n');
}
