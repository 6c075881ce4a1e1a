import type { ServiceContext } from '../../services/context.ts';
import { readApproval } from '../../services/delivery/read-approval.ts';
import type { ConsoleDeps } from '../deps.ts';
import type { ConsoleRoutes } from '../env.ts';
import { type ApprovalsView, approvalsPage } from '../pages/approvals.ts';

const mostPending = 20;
const mostDecided = 10;
/** Among so many of the newest deployments the decided ones are searched. */
const searched = 100;

export function approvalRoutes(app: ConsoleRoutes, { ctx }: ConsoleDeps): void {
  app.get('/approvals', async (c) => c.html(approvalsPage(c.get('frame'), await readApprovals(ctx))));
}

async function readApprovals(ctx: ServiceContext): Promise<ApprovalsView> {
  const { deployments } = ctx.store;
  const page = { limit: searched, cursor: null };
  const [waiting, newest] = await Promise.all([
    deployments.list({ filter: { statuses: ['awaiting_approval'] }, page }),
    deployments.list({ filter: {}, page }),
  ]);
  const urgentFirst = waiting.items.toSorted(
    (one, other) => (one.approval?.expiresAt ?? Infinity) - (other.approval?.expiresAt ?? Infinity),
  );
  const pending = await Promise.all(urgentFirst.slice(0, mostPending).map((one) => readApproval(ctx, one)));
  const decided = newest.items
    .filter(({ approval }) => approval !== null && approval.status !== 'pending')
    .toSorted((one, other) => (other.approval?.decidedAt ?? 0) - (one.approval?.decidedAt ?? 0));
  return { pending, total: waiting.items.length, decided: decided.slice(0, mostDecided) };
}
