import type { DeliveryFile } from '../core/delivery/delivery-file.ts';

/** The settings that services need, from the configuration. Durations in milliseconds. */
export interface ServiceSettings {
  projectName: string;
  endpointName: string;
  roleArn: string;
  trainingImage: string;
  servingImage: string;
  trainingInputS3Uri: string | null;
  modelOutputS3Uri: string;
  trainingInstanceType: string;
  trainingInstanceCount: number;
  trainingVolumeGb: number;
  trainingMaxRuntimeSeconds: number;
  endpointInstanceType: string;
  endpointInstanceCount: number;
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
