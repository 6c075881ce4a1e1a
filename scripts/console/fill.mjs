import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export const keys = { rita: 'rita-0123456789abcdef', otto: 'otto-0123456789abcdef', anna: 'anna-0123456789abcdef' };

const metricDefinitions = [
  { Name: 'validation:accuracy', Regex: 'val_accuracy=([0-9.]+)' },
  { Name: 'validation:loss', Regex: 'val_loss=([0-9.]+)' },
];

const delivery = {
  defaults: { training: { AlgorithmSpecification: { MetricDefinitions: metricDefinitions } } },
  endpoints: {
    'fraud-endpoint': {
      delivery: {
        gate: {
          rules: [
            { metric: 'validation:accuracy', at_least: 0.9 },
            { metric: 'validation:accuracy', better: 'higher', improve_by: 0.002 },
            { metric: 'validation:loss', at_most: 0.4 },
          ],
          on_missing: 'ask',
        },
        approval: { required: 'always', expires_seconds: 86_400, not_by_requester: true },
      },
    },
    'ranking-endpoint': { delivery: { gate: { rules: [{ metric: 'validation:accuracy', at_least: 0.8 }] } } },
  },
};

/** The variables of a system whose trainings end when a control route says so. */
export function variables() {
  const file = join(mkdtempSync(join(tmpdir(), 'autodeploy-console-')), 'delivery.json');
  writeFileSync(file, JSON.stringify(delivery));
  return {
    DELIVERY_FILE: file,
    API_KEYS: `rita:read:${keys.rita},otto:operate:${keys.otto},anna:approve:${keys.anna}`,
    SIMULATOR_TRAINING_SECONDS: '900',
    SIMULATOR_ENDPOINT_SECONDS: '2',
    PROJECT_NAME: 'ml-sentiment',
  };
}

/** A name as long as SageMaker takes it. */
export const longName = `sentiment-${'x'.repeat(42)}-20261127`.slice(0, 63);
/** What people may write into a field. */
export const hostileReason = `<script>alert(1)</script> "quoted" & 'more' ${'A long reason without an end. '.repeat(29)}`.slice(
  0,
  1000,
);

/** Fills a system with runs of each kind, and leaves some of them on their way. */
export async function fill({ url, control }) {
  const call = async (method, path, body, key = keys.anna) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { 'x-api-key': key, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: JSON.stringify(body),
    });
    const result = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${result.detail}`);
    return result;
  };
  const steer = async (path, body) => {
    const response = await fetch(new URL(path, control), { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  };
  const until = async (what, read) => {
    for (const endsAt = Date.now() + 60_000; Date.now() < endsAt; await wait(200)) {
      const found = await read();
      if (found) return found;
    }
    throw new Error(`${what} did not come within 60 s`);
  };
  const run = (name) => call('GET', `/training-jobs/${name}`);
  const start = async (name, endpoint, more = {}, key = keys.otto) => {
    await call('POST', '/bootstrap?auto_deploy=true', { training_job_name: name, endpoint_name: endpoint, ...more }, key);
    await until(`${name} in training`, async () => (await run(name)).status === 'training');
  };
  const complete = (name, accuracy, loss) =>
    steer(`training-jobs/${name}/complete`, { metrics: { 'validation:accuracy': accuracy, 'validation:loss': loss } });
  const untilStatus = (name, ...statuses) =>
    until(`${name} ${statuses.join(', ')}`, async () => {
      const found = await run(name);
      return statuses.includes(found.deployment_status) && found;
    });
  const deploy = async (name, endpoint, accuracy, loss, more) => {
    await start(name, endpoint, more);
    await complete(name, accuracy, loss);
    await untilStatus(name, 'deployed');
  };

  const sentiment = 'ml-sentiment-endpoint';
  await deploy('sentiment-nightly-40', sentiment, 0.912, 0.31, { hyperparameters: { epochs: 3, lr: '0.001' } });
  await deploy('sentiment-nightly-41', sentiment, 0.927, 0.28, { hyperparameters: { epochs: 4, lr: '0.001' } });
  await deploy('sentiment-nightly-42', sentiment, 0.934, 0.27, {
    hyperparameters: { epochs: 4, lr: '0.0005', warmup: 100 },
    reason: 'retrained on the data of November',
  });

  const ranking = 'ranking-endpoint';
  await deploy('ranking-weekly-11', ranking, 0.861, 0.41);
  await deploy('ranking-weekly-12', ranking, 0.874, 0.39);
  await start('ranking-weekly-13', ranking);
  await complete('ranking-weekly-13', 0.71, 0.62);
  await untilStatus('ranking-weekly-13', 'rejected');
  await call('POST', `/endpoints/${ranking}/rollback`, { reason: 'the new ranking hides sold-out items too late' }, keys.otto);
  await until('the rollback', async () => (await call('GET', `/endpoints/${ranking}`)).live?.trigger === 'rollback');
  await start('ranking-weekly-14', ranking);
  await complete('ranking-weekly-14', 0.881, 0.38);
  await until('a wait for the hold', async () => (await run('ranking-weekly-14')).deployments[0]?.waits_for?.kind === 'hold');

  const fraud = 'fraud-endpoint';
  await start('fraud-2026-46', fraud);
  await complete('fraud-2026-46', 0.951, 0.19);
  const first = (await untilStatus('fraud-2026-46', 'awaiting_approval')).deployments[0].deployment_id;
  await call('POST', `/deployments/${first}/approve`, { reason: 'fewer false alarms on the holdout' });
  await untilStatus('fraud-2026-46', 'deployed');
  await start('fraud-2026-47', fraud, { reason: 'adds the features of the new checkout' });
  await complete('fraud-2026-47', 0.957, 0.17);
  await untilStatus('fraud-2026-47', 'awaiting_approval');

  const pricing = 'pricing-endpoint';
  await deploy('pricing-a-17', pricing, 0.88, 0.33);
  await start('pricing-a-18', pricing);
  await complete('pricing-a-18', 0.9, 0.3);
  await until('an update', async () => {
    const { in_progress: one } = await call('GET', `/endpoints/${pricing}`);
    return one?.step === 'in_service';
  });
  await steer(`endpoints/${pricing}/status`, {
    status: 'InService',
    failureReason: 'The primary container for production variant AllTraffic did not pass the ping health check.',
  }).catch(() => {});

  await start('churn-trial-3', 'churn-endpoint');
  await steer('training-jobs/churn-trial-3/fail', { reason: 'AlgorithmError: CUDA out of memory. Tried to allocate 2.50 GiB' });
  await start('churn-trial-4', 'churn-endpoint');
  await call('POST', '/training-jobs/churn-trial-4/stop');

  await start(longName, `${'e'.repeat(55)}-long`, { reason: hostileReason, hyperparameters: { '<img src=x>': '1' } });
  await start('sentiment-nightly-43', sentiment);
  return { sentiment, ranking, fraud, pricing, pendingRun: 'sentiment-nightly-43' };
}
