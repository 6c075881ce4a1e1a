import type { DeliveryFile } from '../core/delivery/delivery-file.ts';
import type { ShapeSettings } from '../core/training/settings-layer.ts';

/** The settings that services need, from the configuration. Durations in milliseconds. */
export interface ServiceSettings extends ShapeSettings {
  projectName: string;
  endpointName: string;
  pollIntervalMs: number;
  /** Whether checks rely on the change feed. */
  changeFeed: 'auto' | 'off';
  endpointPollMs: number;
  reconcileIntervalMs: number;
  maxTrainingWaitMs: number;
  maxDeploymentWaitMs: number;
  /** How long runs that have ended are kept; null: for ever. */
  historyRetentionMs: number | null;
  /** Of DELIVERY_FILE; empty without one. */
  delivery: DeliveryFile;
}
