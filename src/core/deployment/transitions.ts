import type { Transitions } from '../transitions.ts';
import type { DeploymentStatus } from './deployment.ts';

/**
 * Which status of a deployment may follow which. The store's conditions are made from it, and a test holds the state diagram in
 * ARCHITECTURE.md to it. `queued` fails when it is withdrawn; `failed` is deployed when its endpoint comes up after its time limit; an approval puts
 * `awaiting_approval` back among what is queued.
 */
export const deploymentTransitions: Transitions<DeploymentStatus> = {
  queued: ['in_progress', 'superseded', 'failed', 'rejected'],
  awaiting_approval: ['queued', 'rejected', 'superseded', 'failed'],
  in_progress: ['awaiting_approval', 'deployed', 'rolled_back', 'failed', 'superseded', 'rejected'],
  failed: ['deployed'],
  deployed: [],
  rolled_back: [],
  superseded: [],
  rejected: [],
};
