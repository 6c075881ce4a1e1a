import { describe, expect, it } from 'vitest';
import { newReconcileRounds, reconcileInTurn } from '../../src/services/system/reconcile-in-turn.ts';
import { startTestContext } from './harness.ts';

const nothing = { restoredChecks: 0, restoredDeployments: 0 };

describe('reconcileInTurn', () => {
  it('does not repeat what another process has completed since it was found due', async () => {
    const { ctx, clock } = await startTestContext();
    const { leases } = ctx.store;
    const results: unknown[] = [];
    /** The other process takes its turn, and completes it, right before this one has the lease. */
    const acquire: typeof leases.acquire = async (params) => {
      if (results.length === 0) results.push(await reconcileInTurn(ctx, { rounds: newReconcileRounds() }));
      return leases.acquire(params);
    };
    const slower = { ...ctx, store: { ...ctx.store, leases: { ...leases, acquire } } };
    const rounds = newReconcileRounds();
    results.push(await reconcileInTurn(slower, { rounds }));
    expect(results).toEqual([nothing, null]);
    clock.advance(ctx.settings.reconcileIntervalMs / 1000);
    expect(await reconcileInTurn(slower, { rounds })).toEqual(nothing);
  });
});
