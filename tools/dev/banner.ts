import { present } from './environment.ts';
import type { Environment } from '../../src/core/environment.ts';
import type { SystemSettings } from './system.ts';

/** The addresses of the system and the first commands to try, one line each, ready to copy into a shell. */
export function banner({ apiUrl, simulatorUrl, redisPort, ownDatabase, env }: SystemSettings, logs: string): string[] {
  const needsKey = present(env, 'API_KEYS') !== undefined;
  const curl = needsKey ? 'curl -H "X-API-Key: $KEY"' : 'curl';
  return [
    '',
    ...(simulatorUrl === null ? awsLines(env) : []),
    row('Console', `${apiUrl}/console`),
    row('API', apiUrl),
    row('Docs', `${apiUrl}/docs`),
    row('Bull Board', `${apiUrl}/admin/queues`),
    ...(simulatorUrl === null ? [] : [row('Simulator', `${simulatorUrl}/_control/health # SageMaker's; its control routes`)]),
    row('Redis', redisPort === null ? 'the one of REDIS_URL' : `redis://127.0.0.1:${redisPort}`),
    ...(ownDatabase ? [row('Database', 'the one of DATABASE_URL')] : []),
    row('Logs', logs),
    ...(needsKey ? [row('Key', 'API_KEYS is set: put one of its keys into the shell variable KEY')] : []),
    row('Try', `${curl} -X POST '${apiUrl}/bootstrap?auto_deploy=true'`),
    row(
      'Then',
      `${curl} ${apiUrl}/training-jobs/NAME; ${curl} ${apiUrl}/endpoint-status  # NAME: the response's training_job_name`,
    ),
    row('Stop', 'Ctrl-C; the next start continues from there'),
    '',
  ];
}

const row = (what: string, text: string): string => `${what.padEnd(12)}${text}`;

function awsLines(env: Environment): string[] {
  const settings = ['AWS_PROFILE', 'AWS_REGION', 'AWS_ENDPOINT_URL_SAGEMAKER', 'AWS_ENDPOINT_URL'].flatMap((name) => {
    const value = present(env, name);
    return value === undefined ? [] : [`${name}=${value}`];
  });
  return [
    'REAL AWS: with --aws there is no simulator. Trainings and endpoints are real, and cost money.',
    row('AWS', settings.length > 0 ? settings.join(' ') : "the AWS SDK's own defaults"),
  ];
}
