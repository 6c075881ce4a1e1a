export const seededPrefix = 'bench-training-';

/** The name of the run that was recorded as this one, from 1. */
export const seededName = (index: number): string => `${seededPrefix}${String(index).padStart(6, '0')}`;
