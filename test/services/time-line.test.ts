import { expect, it } from 'vitest';
import { emptyDelivery } from '../../src/core/delivery/delivery-file.ts';
import type { BarKind } from '../../src/core/timeline/bar.ts';
import { stepOfEntry } from '../../src/core/timeline/step-of-entry.ts';
import { timeLineOf } from '../../src/core/timeline/time-line.ts';
import { decideDeployment } from '../../src/services/delivery/decide-deployment.ts';
import { getRun } from '../../src/services/training/get-run.ts';
import { settings, startTestContext, type TestContext } from './harness.ts';

/** What the entries of a deployment in progress begin, in order and each once; `note`: nothing. */
async function begun({ ctx }: TestContext, trainingJobName: string): Promise<(BarKind | 'note')[]> {
  const { history } = await getRun(ctx, { trainingJobName });
  const kinds = history
    .filter(({ subject, from, to }) => subject === 'deployment' && from === 'in_progress' && to === 'in_progress')
    .map((entry) => stepOfEntry(entry)?.kind ?? 'note');
  return kinds.filter((kind, index) => kind !== kinds[index - 1]);
}

const everything = {
  gate: { rules: [{ metric: 'validation:accuracy', at_least: 0.5 }] },
  approval: { required: 'always', expires_seconds: 86_400 },
  rollout: { strategy: 'canary', size_percent: 25, bake_seconds: 300, guard: { max_error_rate: 0.01 } },
  verify: { requests: [{ body: '{}', content_type: 'application/json', expect: { contains: 'a word that no model says' } }] },
};
const accuracy = { metricDefinitions: [{ name: 'validation:accuracy', regex: 'accuracy=([0-9.]+)' }] };

it('stepOfEntry > understands what a deployment with every policy records, until it is back', async () => {
  const context = await startTestContext({ endpointInstanceCount: 4 });
  context.simulator.changeSettings({ endpointUpdateSeconds: 120, finalMetrics: { 'validation:accuracy': 0.9 } });
  const first = await context.start(accuracy);
  await context.settle();
  expect(await begun(context, first)).toEqual(['endpoint_config', 'endpoint', 'change']);

  const { settings: own } = context.ctx;
  own.delivery = { ...emptyDelivery, defaults: { ...settings.delivery.defaults, delivery: everything } };
  const next = await context.start(accuracy);
  const deploymentId = await context.untilQueued(next);
  await context.round();
  await decideDeployment(context.ctx, { deploymentId, decision: { approves: true, by: 'ana', reason: null } });
  await context.settle({ everySeconds: 30 });
  expect(await begun(context, next)).toEqual([
    'model',
    'endpoint_config',
    'endpoint',
    'change',
    'rollout',
    'bake',
    'verify',
    'revert',
    'change',
  ]);
  const { run, deployments, history } = await getRun(context.ctx, { trainingJobName: next });
  const line = timeLineOf({ run, deployments: deployments.items, history, now: context.clock.now });
  expect(line.deployments[0]?.bars.map(({ kind }) => kind).join(' ')).toMatch(
    / change rollout bake( rollout)?( bake)?( verify)? revert$/,
  );
});
