import { describe, expect, it } from 'vitest';
import { apiVariables, sharedVariables } from '../../src/config/variables.ts';
import { apiUrl, ownPlaces, serviceEnvironment, simulatorEnvironment } from '../../tools/dev/environment.ts';

const names = Object.keys({ ...sharedVariables, ...apiVariables });
const wiring = {
  aws: false,
  apiPort: 8006,
  simulatorPort: 8007,
  redisUrl: 'redis://127.0.0.1:7000',
  databaseUrl: 'file:./autodeploy.db',
};

/** A shell in which every variable leads to real AWS. */
const shell = {
  PATH: '/usr/bin',
  HOME: '/home/me',
  AWS_PROFILE: 'production',
  AWS_REGION: 'eu-west-1',
  AWS_DEFAULT_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIAREAL',
  AWS_SECRET_ACCESS_KEY: 'real',
  AWS_SESSION_TOKEN: 'real',
  AWS_ENDPOINT_URL: 'https://example.com',
  AWS_ENDPOINT_URL_SAGEMAKER: 'https://api.sagemaker.eu-west-1.amazonaws.com',
  AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
  AWS_CONFIG_FILE: '/home/me/.aws/config',
  AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.2/creds',
  AWS_WEB_IDENTITY_TOKEN_FILE: '/token',
  HTTPS_PROXY: 'http://proxy:3128',
  NODE_OPTIONS: '--require /tmp/x.js',
  PORT: '9999',
  SIMULATOR_HOST: '0.0.0.0',
};

const ofAws = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('AWS_')));

describe('serviceEnvironment and simulatorEnvironment without --aws', () => {
  it('pass no variable that leads to real AWS', () => {
    const env = serviceEnvironment(shell, names, wiring);
    expect(ofAws(env)).toEqual({
      AWS_ENDPOINT_URL_SAGEMAKER: 'http://127.0.0.1:8007',
      AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING: 'http://127.0.0.1:8007',
      AWS_ENDPOINT_URL_CLOUDWATCH: 'http://127.0.0.1:8007',
      AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: 'http://127.0.0.1:8007',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'simulator',
      AWS_SECRET_ACCESS_KEY: 'simulator',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    for (const name of ['HOME', 'HTTPS_PROXY', 'NODE_OPTIONS']) expect(env).not.toHaveProperty(name);
    expect(ofAws(simulatorEnvironment(shell, wiring, '/state'))).toEqual({});
  });

  it('hold only addresses of this machine', () => {
    expect(serviceEnvironment(shell, names, wiring)).toMatchObject({
      HOST: '127.0.0.1',
      PORT: '8006',
      REDIS_URL: 'redis://127.0.0.1:7000',
      DATABASE_URL: 'file:./autodeploy.db',
    });
    expect(simulatorEnvironment(shell, wiring, '/state')).toMatchObject({ SIMULATOR_HOST: '127.0.0.1', SIMULATOR_PORT: '8007' });
  });

  it('have short intervals by default, which the operator may change', () => {
    const own = { POLL_INTERVAL_SECONDS: '7', TRAINING_IMAGE: ' ', PROJECT_NAME: 'mine', API_KEYS: 'key', BASE_PATH: '' };
    expect(serviceEnvironment(own, names, wiring)).toMatchObject({
      POLL_INTERVAL_SECONDS: '7',
      ENDPOINT_POLL_SECONDS: '2',
      TRAINING_IMAGE: expect.stringContaining('.dkr.ecr.'),
      PROJECT_NAME: 'mine',
      API_KEYS: 'key',
      BASE_PATH: '',
    });
    expect(
      simulatorEnvironment({ SIMULATOR_TRAINING_SECONDS: '3', SIMULATOR_STATE_FILE: '/mine' }, wiring, '/state'),
    ).toMatchObject({
      SIMULATOR_TRAINING_SECONDS: '3',
      SIMULATOR_ENDPOINT_SECONDS: '8',
      SIMULATOR_WAIT_SCALE: '0.05',
      SIMULATOR_STATE_FILE: '/mine',
      SIMULATOR_EVENTS_URL: 'http://127.0.0.1:8006/events',
    });
    expect(simulatorEnvironment({ API_KEYS: 'one, two' }, wiring, '/state')).toMatchObject({ SIMULATOR_EVENTS_API_KEY: 'one' });
    const named = { API_KEYS: 'grafana:read:one, lambda:operate:two' };
    expect(simulatorEnvironment(named, wiring, '/state')).toMatchObject({ SIMULATOR_EVENTS_API_KEY: 'two' });
  });
});

it('serviceEnvironment with --aws passes the AWS variables, and keeps the rest on this machine', () => {
  const env = serviceEnvironment(shell, names, { ...wiring, aws: true });
  expect(ofAws(env)).toEqual(ofAws(shell));
  expect(env).toMatchObject({ HOME: '/home/me', HOST: '127.0.0.1', REDIS_URL: 'redis://127.0.0.1:7000' });
  expect(env).not.toHaveProperty('EXECUTION_ROLE_ARN');
});

describe('the addresses of the operator', () => {
  const own = { REDIS_URL: 'redis://mine:6379/2', DATABASE_URL: 'postgres://me@db/name', HOST: '0.0.0.0', PROJECT_NAME: 'mine' };

  it('are those of Redis, the database and the API, with a queue that real AWS does not use', () => {
    expect(ownPlaces({}, '/here')).toEqual({ redisUrl: null, databaseUrl: null, deliveryFile: null });
    const { redisUrl, databaseUrl } = ownPlaces(own, '/here');
    const places = { ...wiring, redisUrl: String(redisUrl), databaseUrl: String(databaseUrl) };
    const queues = { QUEUE_PREFIX: '{autodeploy-simulator-mine}' };
    expect(serviceEnvironment(own, names, places)).toMatchObject({ ...own, ...queues });
    expect(serviceEnvironment({ ...own, QUEUE_PREFIX: '{q}' }, names, places)).toMatchObject({ QUEUE_PREFIX: '{q}' });
    expect(serviceEnvironment(own, names, { ...places, aws: true })).toEqual({ ...own, PORT: '8006' });
    expect(simulatorEnvironment(own, wiring, '/state')).toMatchObject({ SIMULATOR_EVENTS_URL: 'http://127.0.0.1:8006/events' });
  });

  it('finds the delivery file from where the operator is', () => {
    const { deliveryFile } = ownPlaces({ DELIVERY_FILE: 'examples/delivery.yaml' }, '/here');
    expect(deliveryFile).toBe('/here/examples/delivery.yaml');
    expect(ownPlaces({ DELIVERY_FILE: '/there/delivery.yaml' }, '/here').deliveryFile).toBe('/there/delivery.yaml');
    expect(serviceEnvironment(shell, names, { ...wiring, deliveryFile })).toMatchObject({ DELIVERY_FILE: deliveryFile });
  });

  it('may be a file beside the one who starts, and an address of IPv6', () => {
    const urlOf = (DATABASE_URL: string) => ownPlaces({ DATABASE_URL }, '/here').databaseUrl;
    expect(urlOf('file:./data/a.db')).toBe('file:/here/./data/a.db');
    expect(urlOf('file:/data/a.db')).toBe('file:/data/a.db');
    expect([apiUrl('::', 1), apiUrl('192.168.0.7', 1), apiUrl(undefined, 1)]).toEqual([
      'http://[::1]:1',
      'http://192.168.0.7:1',
      'http://127.0.0.1:1',
    ]);
  });
});
