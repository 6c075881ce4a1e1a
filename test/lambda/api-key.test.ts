import { beforeAll, expect, it } from 'vitest';
import { buildLambda, fixture, startLambda } from './function.ts';
import { startHttpServer } from './http-server.ts';
import { startSecretsExtension } from './secrets-extension.ts';

const secretArn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:autodeploy/key-AbCdEf';
const parameter = '/autodeploy/api key';
const event = fixture('training-completed');

let file = '';
beforeAll(() => {
  ({ file } = buildLambda());
});

/** A service that wants the given key. */
async function start(source: Record<string, string>, wanted: { key: string }) {
  const extension = await startSecretsExtension('session-token/+=');
  const service = await startHttpServer(({ headers }) =>
    headers['x-api-key'] === wanted.key ? { status: 202, body: {} } : { status: 401, body: { code: 'unauthorized' } },
  );
  const lambda = await startLambda(file, {
    AUTODEPLOY_URL: service.url,
    AWS_SESSION_TOKEN: 'session-token/+=',
    PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(extension.port),
    ...source,
  });
  return { extension, service, lambda };
}

it('comes from Secrets Manager, and is fetched once', async () => {
  const { extension, lambda } = await start({ AUTODEPLOY_API_KEY_SECRET_ID: secretArn }, { key: 'from-secret' });
  extension.secrets.set(secretArn, 'from-secret\n');
  expect(await lambda.invoke(event)).toEqual({ result: { outcome: 'taken', status: 202 } });
  expect(await lambda.invoke(event)).toEqual({ result: { outcome: 'taken', status: 202 } });
  expect(extension.received.map(({ path }) => path)).toEqual([`/secretsmanager/get?secretId=${encodeURIComponent(secretArn)}`]);
});

it('comes from Parameter Store, decrypted, and is fetched once', async () => {
  const { extension, lambda } = await start({ AUTODEPLOY_API_KEY_PARAMETER: parameter }, { key: 'from-parameter' });
  extension.parameters.set(parameter, 'from-parameter');
  expect(await lambda.invoke(event)).toEqual({ result: { outcome: 'taken', status: 202 } });
  expect(await lambda.invoke(event)).toEqual({ result: { outcome: 'taken', status: 202 } });
  expect(extension.received).toHaveLength(1);
});

it("is fetched again after the service refused it, so that Lambda's next retry has a rotated key", async () => {
  const wanted = { key: 'old-key' };
  const { extension, lambda } = await start({ AUTODEPLOY_API_KEY_SECRET_ID: 'autodeploy/key' }, wanted);
  extension.secrets.set('autodeploy/key', 'old-key');
  expect(await lambda.invoke(event)).toEqual({ result: { outcome: 'taken', status: 202 } });
  extension.secrets.set('autodeploy/key', 'new-key');
  wanted.key = 'new-key';
  expect(await lambda.invoke(event)).toEqual({ error: expect.stringContaining('401 unauthorized') });
  expect(await lambda.invoke(event)).toEqual({ result: { outcome: 'taken', status: 202 } });
});

it.each([
  ['is unknown', undefined, 'ResourceNotFoundException'],
  ['is JSON, as the console makes it', '{"key":"hidden-key"}', 'plain text'],
  ['could not stand in a header', 'hidden-key\r\nx-admin: 1', 'plain text'],
  ['is empty', '', 'plain text'],
])('makes Lambda try again, sends nothing and tells nothing of it when the secret %s', async (_, secret, why) => {
  const { extension, service, lambda } = await start({ AUTODEPLOY_API_KEY_SECRET_ID: 'autodeploy/key' }, { key: 'hidden-key' });
  if (secret !== undefined) extension.secrets.set('autodeploy/key', secret);
  const outcome = await lambda.invoke(event);
  expect(outcome).toEqual({ error: expect.stringContaining(why) });
  expect(service.received).toEqual([]);
  expect(JSON.stringify([outcome, lambda.logged()])).not.toContain('hidden-key');
});

it('makes Lambda try again when the extension does not know the token', async () => {
  const { lambda } = await start({ AUTODEPLOY_API_KEY_SECRET_ID: 'autodeploy/key', AWS_SESSION_TOKEN: 'other' }, { key: '' });
  expect(await lambda.invoke(event)).toEqual({ error: 'the secrets extension answered 401: Unauthorized' });
});
