import { z } from '@hono/zod-openapi';
import { reason } from './shape.ts';

/** The form behind an approval link. */
export const ApprovalFormSchema = z
  .strictObject({
    decision: z.enum(['approve', 'reject'], 'must be approve or reject'),
    name: z
      .string('must be given')
      .trim()
      .min(1, 'must not be empty')
      .max(100, 'must be at most 100 characters long')
      .openapi({ description: 'Who decides; the history adds that it was by a link' }),
    reason: z
      .string()
      .transform((value) => value.trim() || null)
      .pipe(reason.nullable())
      .default(null)
      .openapi({ type: 'string', description: 'Needed to reject' }),
  })
  .refine(({ decision, reason: why }) => decision === 'approve' || why !== null, {
    path: ['reason'],
    message: 'is needed to reject',
  })
  .openapi('ApprovalForm');
