import { setTimeout as wait } from 'node:timers/promises';

const settleWithinMs = 180_000;

/** The service at `url`, as far as pictures need it. */
export function serviceAt(url, key) {
  const headers = key === undefined ? {} : { 'x-api-key': key };
  const ask = async (path, method = 'GET') => {
    const response = await fetch(`${url}${path}`, { method, headers });
    const body = await response.json();
    if (!response.ok) throw new Error(`${method} ${url}${path}: ${response.status} ${body.detail}`);
    return body;
  };

  return {
    /** Starts a training that is to be deployed, and answers with its name. */
    async train() {
      const { training_job_name: name } = await ask('/bootstrap?auto_deploy=true', 'POST');
      return name;
    },
    /** Resolves with the id of the training's deployment when its model is live. */
    async untilDeployed(name) {
      for (const endsAt = Date.now() + settleWithinMs; Date.now() < endsAt; await wait(500)) {
        const { status, deployment_status: deployed, deployments } = await ask(`/training-jobs/${name}`);
        if (deployed === 'deployed') return deployments[0].deployment_id;
        if (!['none', 'queued', 'in_progress'].includes(deployed) || ['failed', 'stopped', 'timed_out'].includes(status))
          throw new Error(`${name}: training ${status}, deployment ${deployed}`);
      }
      throw new Error(`${name} was not live within ${settleWithinMs / 1000} s`);
    },
  };
}
