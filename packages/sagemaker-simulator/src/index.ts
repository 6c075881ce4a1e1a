/** The library: a SageMaker in this process, and the types that a test needs to steer it and to read its logs. */
export { readEnvironment, type Environment } from './environment.ts';
export type { FaultKind, FaultSpec, StoredFault } from './faults/fault.ts';
export { operations, type Operation } from './operations.ts';
export type { EventSettings, EventTarget, RateLimit, Settings, SettingsPatch } from './settings.ts';
export { createSimulator, type Simulator, type SimulatorOptions } from './simulator.ts';
export type { ListedAlarm } from './control/alarm-routes.ts';
export type { ModelBehaviorSpec } from './control/model-routes.ts';
export type { CallFilter, LoggedCall } from './state/call-log.ts';
export type { Effect, EffectKind } from './state/effects.ts';
export type { Log } from './context.ts';
