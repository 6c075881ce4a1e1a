import { describe, expect, it } from 'vitest';
import { decideClaim } from '../../src/core/deployment/decide-claim.ts';
import { decideRequest } from '../../src/core/deployment/decide-request.ts';
import type { Deployment } from '../../src/core/deployment/deployment.ts';
import { aDeployment } from './samples.ts';

const nothing = { inProgress: null, next: null, live: null, hold: null };
const older = aDeployment({ status: 'queued', seq: 1, runSeq: 1, trainingCreatedAt: 1000, trainingJobName: 'older' });
const own = aDeployment({ status: 'queued', seq: 2, runSeq: 2, trainingCreatedAt: 2000, trainingJobName: 'own' });
const newer = aDeployment({ status: 'queued', seq: 3, runSeq: 3, trainingCreatedAt: 3000, trainingJobName: 'newer' });

describe('decideClaim', () => {
  it('claims when nothing else is there, or only older', () => {
    expect(decideClaim(own, nothing)).toEqual({ kind: 'claim' });
    expect(decideClaim(own, { ...nothing, next: own, live: older })).toEqual({ kind: 'claim' });
  });

  it('waits behind what is in progress, be it older, and behind what goes next', () => {
    const detail = 'the deployment of older goes first';
    expect(decideClaim(own, { ...nothing, inProgress: older, next: newer })).toEqual({ kind: 'wait', behind: older, detail });
    expect(decideClaim(own, { ...nothing, next: newer })).toMatchObject({ kind: 'wait', behind: newer });
  });

  it('gives way to a newer training that is live, unless it was forced', () => {
    expect(decideClaim(own, { ...nothing, next: own, live: newer })).toEqual({ kind: 'supersede', by: newer });
    expect(decideClaim({ ...own, forced: true }, { ...nothing, live: newer })).toEqual({ kind: 'claim' });
  });

  it('restores what is live only while it is', () => {
    const restoration = { ...own, forced: true, trigger: 'reconcile' as const };
    expect(decideClaim(restoration, { ...nothing, live: { ...older, runSeq: own.runSeq } })).toEqual({ kind: 'claim' });
    expect(decideClaim(restoration, { ...nothing, live: older })).toEqual({ kind: 'supersede', by: older });
  });
});

describe('decideClaim of an endpoint that is held', () => {
  const hold = { heldSince: 1000, heldBy: 'ana', holdReason: 'the fair' };

  it('lets nothing through but what is forced, or rolls back', () => {
    const detail = 'the endpoint is held by ana: the fair';
    expect(decideClaim(own, { ...nothing, hold })).toEqual({ kind: 'hold', detail });
    expect(decideClaim({ ...own, forced: true }, { ...nothing, hold })).toEqual({ kind: 'claim' });
    expect(decideClaim({ ...own, forced: true, trigger: 'rollback' }, { ...nothing, hold })).toEqual({ kind: 'claim' });
  });

  it('supersedes what a newer live training makes pointless, held or not', () => {
    expect(decideClaim(own, { ...nothing, hold, live: newer })).toEqual({ kind: 'supersede', by: newer });
  });

  it('claims once it is released', () => {
    expect(decideClaim(own, { ...nothing, hold: { ...hold, heldSince: null } })).toEqual({ kind: 'claim' });
  });
});

describe('decideRequest', () => {
  const none = { active: null, newestOfRun: null, live: null, newestActive: null, turnedDown: null };

  it('returns the active deployment of the run, and forces one that waits', () => {
    const decide = (wish: { forced: boolean; overrides?: boolean }, active: Deployment) =>
      decideRequest(own, { ...wish, shapes: null }, { ...none, active, live: newer });
    const existing = { kind: 'existing', deployment: own };
    expect(decide({ forced: false }, own)).toEqual(existing);
    expect(decide({ forced: true }, own)).toEqual({ ...existing, kind: 'force' });
    const [forced, inProgress] = [
      { ...own, forced: true },
      { ...own, status: 'in_progress' as const },
    ];
    expect(decide({ forced: true }, forced)).toEqual({ ...existing, deployment: forced });
    expect(decide({ forced: true, overrides: true }, forced)).toEqual({ kind: 'force', deployment: forced });
    expect(decide({ forced: true }, inProgress)).toEqual({ ...existing, deployment: inProgress });
  });

  it('creates another attempt after one that came to nothing', () => {
    expect(decideRequest(own, { forced: false, shapes: null }, { ...none, newestOfRun: { ...own, status: 'failed' } })).toEqual({
      kind: 'create',
    });
  });

  it('returns a deployed one, unless forced', () => {
    const deployed = { ...own, status: 'deployed' as const };
    expect(decideRequest(own, { forced: false, shapes: null }, { ...none, newestOfRun: deployed })).toEqual({
      kind: 'existing',
      deployment: deployed,
    });
    expect(decideRequest(own, { forced: true, shapes: null }, { ...none, newestOfRun: deployed })).toEqual({ kind: 'create' });
  });

  it('gives way to a newer training that is live or on its way, unless forced', () => {
    for (const seen of [{ live: newer }, { newestActive: newer }]) {
      expect(decideRequest(own, { forced: false, shapes: null }, { ...none, ...seen })).toEqual({
        kind: 'superseded',
        by: newer,
      });
      expect(decideRequest(own, { forced: true, shapes: null }, { ...none, ...seen })).toEqual({ kind: 'create' });
    }
  });

  it('refuses what was turned down, unless forced', () => {
    const turnedDown = 'the gate turned it down';
    expect(decideRequest(own, { forced: false, shapes: null }, { ...none, turnedDown })).toEqual({
      kind: 'rejected',
      why: turnedDown,
    });
    expect(decideRequest(own, { forced: true, shapes: null }, { ...none, turnedDown })).toEqual({ kind: 'create' });
  });
});
