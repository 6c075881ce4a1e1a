/** Checkpoints in the store that say whether events arrive; one process records them for all. */

/** When POST /events last received an event that this service accepts. */
export const lastEventMark = 'event';
/** When POST /events last failed on one: what EventBridge could not deliver is not missed on its way. */
export const refusedEventMark = 'event-refused';
