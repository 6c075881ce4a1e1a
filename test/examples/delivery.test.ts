import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDeliveryFile } from '../../src/config/delivery-file.ts';
import { policyFor } from '../../src/core/delivery/delivery-file.ts';
import type { DeliveryPolicy } from '../../src/core/delivery/policy.ts';

const folder = 'examples/delivery';

/** @throws {Error} where the programs would refuse the file with the settings' defaults. */
function policyOf(file: string, endpointName = 'ml-sentiment-endpoint'): DeliveryPolicy {
  const read = readDeliveryFile(join(folder, file), {
    endpointName: 'ml-sentiment-endpoint',
    endpointInstanceType: 'ml.m5.large',
    endpointInstanceCount: 1,
    privateAddresses: 'refuse',
  });
  if ('faults' in read) throw new Error(read.faults.join('\n'));
  return policyFor(read.delivery, endpointName);
}

const partsOf = (policy: DeliveryPolicy): string[] =>
  Object.entries(policy).flatMap(([part, held]) => (held === null || (Array.isArray(held) && held.length === 0) ? [] : [part]));

describe('examples/delivery', () => {
  it.each([
    ['bold.yaml', 'all_at_once', ['rollout', 'verify', 'retention']],
    ['standard.yaml', 'all_at_once', ['gate', 'rollout', 'verify', 'retention']],
    ['careful.yaml', 'canary', ['gate', 'approval', 'rollout', 'verify', 'retention', 'notify']],
  ])('%s is a file that the programs take: %s, with %j', (file, strategy, parts) => {
    const policy = policyOf(file);
    expect(policy.rollout?.strategy).toBe(strategy);
    expect(partsOf(policy)).toEqual(parts);
  });

  it('holds no file beside them', () => {
    expect(readdirSync(folder).toSorted()).toEqual(['bold.yaml', 'careful.yaml', 'standard.yaml']);
  });

  it('careful.yaml takes care away from the endpoint for trials', () => {
    const trial = policyOf('careful.yaml', 'ml-sentiment-trial');
    expect(partsOf(trial)).toEqual(['gate', 'rollout', 'verify', 'retention']);
    expect(trial.rollout).toEqual({ strategy: 'all_at_once', sizePercent: null, bakeSeconds: 0, alarms: [], guard: null });
  });
});
