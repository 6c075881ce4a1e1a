import { describe } from 'vitest';
import type { Store } from '../../src/services/store.ts';
import { afterwardsSuite } from './conformance/afterwards.ts';
import { deploymentsSuite } from './conformance/deployments.ts';
import { fencesSuite } from './conformance/fences.ts';
import { orderSuite } from './conformance/order.ts';
import { processesSuite } from './conformance/processes.ts';
import { readModelsSuite } from './conformance/read-models.ts';
import { runsSuite } from './conformance/runs.ts';
import { sagemakerCallsSuite } from './conformance/sagemaker-calls.ts';
import { startSuite } from './conformance/start.ts';
import { turnsSuite } from './conformance/turns.ts';

/** A database of its own; each `open` is another store on it, as another process has one. */
export interface TestDatabase {
  open: () => Store;
}

/** What any engine behind the Store must pass. `newDatabase` cleans up when the test is over. */
export function describeStore(engine: string, newDatabase: () => TestDatabase): void {
  describe(`the store on ${engine}`, () => {
    describe('training runs', () => {
      runsSuite(newDatabase);
    });
    describe('starting a training', () => {
      startSuite(newDatabase);
    });
    describe('asking for deployments', () => {
      deploymentsSuite(newDatabase);
    });
    describe('the order of deployments', () => {
      orderSuite(newDatabase);
    });
    describe('a deployment in hand', () => {
      fencesSuite(newDatabase);
    });
    describe('a deployment that waits, and after its end', () => {
      afterwardsSuite(newDatabase);
    });
    describe('turns', () => {
      turnsSuite(newDatabase);
    });
    describe('calls to SageMaker', () => {
      sagemakerCallsSuite(newDatabase);
    });
    describe('processes', () => {
      processesSuite(newDatabase);
    });
    describe('read models', () => {
      readModelsSuite(newDatabase);
    });
  });
}
