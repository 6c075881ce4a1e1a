import { seededName } from './names.ts';

/** Every filter of a list alone and with those that go with it, each at the newest page and deep in a history of so many runs. */
export function requestsOver(runs: number): { list: string; path: string }[] {
  const cursor = (share: number): string => Buffer.from(String(Math.max(1, Math.round(runs * share)))).toString('base64url');
  const places = ['', `&cursor=${cursor(0.5)}`, `&cursor=${cursor(0.02)}`];
  const depth = ['', ', half-way', ', the oldest'];
  const everywhere = (list: string, path: string) =>
    places.map((place, index) => ({ list: `${list}${depth[index]}`, path: `${path}${place}` }));
  const once = (path: string) => ({ list: path, path });
  const lists = [
    ...everywhere('/training-jobs', '/training-jobs?limit=50'),
    { list: '/training-jobs, 100 a page', path: '/training-jobs?limit=100' },
    ...everywhere('status=completed', '/training-jobs?limit=50&status=completed'),
    ...everywhere('status=failed', '/training-jobs?limit=50&status=failed'),
    { list: 'status=training', path: '/training-jobs?limit=50&status=training' },
    { list: 'status=stopped (none)', path: '/training-jobs?limit=50&status=stopped' },
    ...everywhere('deployment_status=deployed', '/training-jobs?limit=50&deployment_status=deployed'),
    ...everywhere('deployment_status=failed', '/training-jobs?limit=50&deployment_status=failed'),
    ...everywhere('deployment_status=none', '/training-jobs?limit=50&deployment_status=none'),
    { list: 'deployment_status=rolled_back (none)', path: '/training-jobs?limit=50&deployment_status=rolled_back' },
    ...everywhere(
      'status=completed, deployment_status=failed',
      '/training-jobs?limit=50&status=completed&deployment_status=failed',
    ),
    {
      list: 'status=completed, deployment_status=none (none)',
      path: '/training-jobs?limit=50&status=completed&deployment_status=none',
    },
    ...everywhere('/deployments', '/deployments?limit=50'),
    ...everywhere('endpoint_name', '/deployments?limit=50&endpoint_name=sentiment-7'),
    { list: 'endpoint_name (unknown)', path: '/deployments?limit=50&endpoint_name=unknown' },
    { list: 'training_job_name', path: `/deployments?limit=50&training_job_name=${seededName(7)}` },
    {
      list: 'endpoint_name, training_job_name',
      path: `/deployments?limit=50&endpoint_name=sentiment-7&training_job_name=${seededName(7)}`,
    },
  ];
  return [...lists, once(`/training-jobs/${seededName(7)}`), once('/status'), once('/metrics')];
}
