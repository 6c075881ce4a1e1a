/** The delivery policies of the rows: each endpoint of the delivery file has one of them. */
import type { ShapeObject } from '../../src/core/shapes/shapes.ts';

export const accuracy = 'validation:accuracy';

const metrics = { AlgorithmSpecification: { MetricDefinitions: [{ Name: accuracy, Regex: 'accuracy=([0-9.]+)' }] } };

/** The simulator's models respond with the request, which has that word. */
export const expectedWord = 'positive';
const request = (number: number) => ({ body: `{"text":"${expectedWord} ${number}"}`, expect: { contains: expectedWord } });
const verify = { requests: [request(1), request(2)] };

const gate = { rules: [{ metric: accuracy, better: 'higher', improve_by: 0 }], on_missing: 'ask' };
/** As short as one with a guard may be: the simulator makes a second of it. */
const canary = { strategy: 'canary', size_percent: 25, bake_seconds: 180, guard: { max_error_rate: 0.01, max_latency_ms: 500 } };

const policies = {
  /** Nothing but notifications. */
  notified: {},
  gate: { gate },
  approval: { gate, approval: { required: 'always', expires_seconds: 600 } },
  /** For the soak: a rollback and a rejection need what is decided soon. */
  briefApproval: { gate, approval: { required: 'always', expires_seconds: 20 } },
  expiry: { approval: { required: 'always', expires_seconds: 3 } },
  canary: { rollout: canary, verify },
  /** Each bake takes longer than a killed API takes to start again. */
  slowCanary: { rollout: { ...canary, bake_seconds: 3600 }, verify },
  verify: { verify },
  /** What was live before the last two is deleted at once. */
  retention: { retention: { keep: 1, min_days: 0 } },
} as const;

export type PolicyName = keyof typeof policies;

/** The content of the delivery file (docs/delivery-file.md). `hook`: where notifications of these endpoints go. */
export function deliveryFile(endpoints: Readonly<Record<string, PolicyName>>, hook: string): ShapeObject {
  const part = (name: PolicyName): ShapeObject => ({
    training: metrics,
    // A canary needs two instances.
    endpoint_config: { ProductionVariants: [{ InitialInstanceCount: 4 }] },
    delivery: { ...policies[name], notify: [{ url: hook }] },
  });
  return { endpoints: Object.fromEntries(Object.entries(endpoints).map(([endpoint, name]) => [endpoint, part(name)])) };
}
