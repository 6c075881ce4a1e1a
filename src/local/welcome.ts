import type { Environment } from './environment.ts';
import { present } from './environment.ts';

export interface Addresses {
  api: string;
  /** Null with real AWS. */
  simulator: string | null;
  redis: string;
  logs: string;
}

/** What stands where and what to try, one line each; fit to be copied into a shell. */
export function welcome({ api, simulator, redis, logs }: Addresses, env: Environment): string[] {
  const needsKey = present(env, 'API_KEYS') !== undefined;
  const curl = needsKey ? 'curl -H "X-API-Key: $KEY"' : 'curl';
  return [
    '',
    ...(simulator === null ? awsLines(env) : []),
    row('API', api),
    row('Docs', `${api}/docs`),
    row('Bull Board', `${api}/admin/queues`),
    ...(simulator === null ? [] : [row('Stand-in', `${simulator}/_control/health (SageMaker's stand-in; it takes faults too)`)]),
    row('Redis', redis),
    row('Logs', logs),
    ...(needsKey ? [row('Key', 'API_KEYS is set: have one of its keys in the shell variable KEY')] : []),
    row('Try', `${curl} -X POST '${api}/bootstrap?auto_deploy=true'`),
    row('Then', `${curl} ${api}/training-jobs/NAME (its training_job_name); ${curl} ${api}/endpoint-status`),
    row('Stop', 'Ctrl-C; the next start goes on from there'),
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
    'REAL AWS: with --aws there is no stand-in. Trainings and endpoints are real, and cost money.',
    row('AWS', settings.length > 0 ? settings.join(' ') : "the AWS SDK's own defaults"),
  ];
}
