import { startHttpServer, type Received } from './http-server.ts';

/**
 * Behaves like the AWS Parameters and Secrets Lambda Extension: https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html
 * and https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-integration-lambda-extensions.html. Its own cache is left out, so
 * that a test sees every question.
 */
export async function startSecretsExtension(token: string) {
  const secrets = new Map<string, string>();
  const parameters = new Map<string, string>();

  const server = await startHttpServer((request: Received) => {
    const url = new URL(request.path, 'http://localhost');
    if (request.headers['x-aws-parameters-secrets-token'] !== token) return { status: 401, body: 'Unauthorized' };
    if (request.method !== 'GET') return { status: 405, body: 'Method Not Allowed' };
    const { searchParams } = url;
    if (url.pathname === '/secretsmanager/get') {
      const id = searchParams.get('secretId') ?? '';
      const text = secrets.get(id);
      if (text === undefined) return awsRefusal('secretsmanager', 'ResourceNotFoundException');
      return { status: 200, body: { ARN: id, Name: id, SecretString: text, VersionStages: ['AWSCURRENT'] } };
    }
    if (url.pathname === '/systemsmanager/parameters/get') {
      const name = searchParams.get('name') ?? '';
      const text = parameters.get(name);
      if (text === undefined) return awsRefusal('ssm', 'ParameterNotFound');
      const isDecrypted = searchParams.get('withDecryption') === 'true';
      return {
        status: 200,
        body: { Parameter: { Name: name, Type: 'SecureString', Value: isDecrypted ? text : 'AQICAHh…', Version: 1 } },
      };
    }
    return { status: 404, body: 'Not Found' };
  });
  return { port: server.port, received: server.received, secrets, parameters };
}

const awsRefusal = (service: string, code: string) => ({
  status: 400,
  body: `an unexpected error occurred while executing request [AWS SDK error: operation error ${service}: ${code}]`,
});
