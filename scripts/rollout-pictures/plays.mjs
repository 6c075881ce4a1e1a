/** What is played: an endpoint of four instances with a live model, and the deployment of the next one. */

const bakeSeconds = 600;

/** With the requests that the service sends in the bakes: an alarm needs traffic. */
const policy = {
  rollout: { bake_seconds: bakeSeconds, guard: { max_error_rate: 0.05 } },
  verify: { requests: [{ body: 'good', content_type: 'text/plain', expect: { contains: 'good' } }], on_failure: 'report' },
};

const rollout = (strategy) => (strategy === 'all_at_once' ? { strategy } : { strategy, size_percent: 25 });

export const plays = [
  { endpoint: 'all-at-once', title: 'All at once, with a bake', strategy: 'all_at_once', ends: 'deployed' },
  { endpoint: 'canary', title: 'Canary of 25 %', strategy: 'canary', ends: 'deployed' },
  { endpoint: 'linear', title: 'Linear, in steps of 25 %', strategy: 'linear', ends: 'deployed' },
  { endpoint: 'rolling', title: 'Rolling, in batches of 25 %', strategy: 'rolling', ends: 'deployed' },
  { endpoint: 'alarm', title: 'A canary that an alarm ends', strategy: 'canary', errs: true, ends: 'rolled_back' },
];

export const deliveryFile = {
  defaults: { endpoint_config: { ProductionVariants: [{ InitialInstanceCount: 4 }] }, delivery: policy },
  endpoints: Object.fromEntries(plays.map(({ endpoint, strategy }) => [endpoint, { delivery: { rollout: rollout(strategy) } }])),
};
