import { type Caller, includesRole, type Role } from '../../core/access/role.ts';
import type { Assets } from '../assets.ts';
import type { Preferences } from './preferences.ts';

/** What every page of one request is made with. */
export interface Frame {
  /** From the page's own address to `/console/`, relative, so that it is right behind any prefix: `console/`, `./`, `../`. */
  readonly root: string;
  /** The page's address below the root with its query: `endpoints/my-endpoint?tab=history`. */
  readonly here: string;
  /** null: no key has signed in. */
  readonly caller: Caller | null;
  /** Whether there are keys, so that there is something to sign out of. */
  readonly hasKeys: boolean;
  readonly preferences: Preferences;
  /** In milliseconds since 1970 UTC. */
  readonly now: number;
  /** The address of the service as the reader has it, without a slash at its end: for commands. */
  readonly serviceUrl: string;
  readonly version: string;
  readonly projectName: string;
  /** What waits for a person to decide, for the navigation; null where that could not be read. */
  readonly pendingApprovals: number | null;
  readonly assets: Assets;
}

/** Whether the caller may do what this role may. What a key may not do is not shown. */
export const may = ({ caller }: Frame, role: Role): boolean => caller !== null && includesRole(caller.role, role);

/** The address of a page or a file below `/console`, from where the reader is. Parts of names have to be encoded already. */
export const addressOf = ({ root }: Pick<Frame, 'root'>, path: string): string => (path === '' ? root : `${root}${path}`);

/** An address below `/console` of something with a name. */
export const pathTo = {
  endpoints: () => '',
  endpoint: (name: string) => `endpoints/${encodeURIComponent(name)}`,
  runs: (query = '') => `runs${query}`,
  run: (name: string) => `runs/${encodeURIComponent(name)}`,
  deployment: (id: string) => `deployments/${encodeURIComponent(id)}`,
  approvals: () => 'approvals',
  system: () => 'system',
} as const;
