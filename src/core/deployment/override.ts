import { includesRole, type Role } from '../access/role.ts';

/** Whether a request for a deployment passes over gate and approval: a forced one with a reason, by a caller who may approve. */
export const isOverride = ({ force, role, reason }: { force: boolean; role: Role; reason: string | null }): boolean =>
  force && includesRole(role, 'approve') && reason !== null && reason.trim() !== '';

/** For the history of one that does. */
export const overrideDetail = 'override: passes over gate and approval';
