import { setTimeout as wait } from 'node:timers/promises';

const settleWithinMs = 180_000;

/** The service at `url`, as far as pictures need it. */
export function serviceAt(url, key) {
  const headers = key === undefined ? {} : { 'x-api-key': key };
  const request = async (path, method = 'GET', body) => {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(`${url}${path}`, { method, headers: { ...headers, ...json }, body: JSON.stringify(body) });
    const result = await response.json();
    if (!response.ok) throw new Error(`${method} ${url}${path}: ${response.status} ${result.detail}`);
    return result;
  };

  return {
    /** Starts a training that is deployed when it completes, and returns its name. */
    async train(name) {
      const body = name === undefined ? undefined : { training_job_name: name };
      return (await request('/bootstrap?auto_deploy=true', 'POST', body)).training_job_name;
    },
    /** Resolves with the id of the training's deployment when its model is live. */
    async untilDeployed(name) {
      for (const endsAt = Date.now() + settleWithinMs; Date.now() < endsAt; await wait(500)) {
        const { status, deployment_status: deployed, deployments } = await request(`/training-jobs/${name}`);
        if (deployed === 'deployed') return deployments[0].deployment_id;
        if (!['none', 'queued', 'in_progress'].includes(deployed) || ['failed', 'stopped', 'timed_out'].includes(status))
          throw new Error(`${name}: training ${status}, deployment ${deployed}`);
      }
      throw new Error(`${name} was not live within ${settleWithinMs / 1000} s`);
    },
  };
}
