import { z } from '@hono/zod-openapi';
import { reason } from './shape.ts';

/** The body of POST /deployments/{deployment_id}/approve. */
export const ApproveRequestSchema = z
  .strictObject({ reason: reason.optional() }, 'must be a JSON object')
  .openapi('ApproveRequest');

/** The body of POST /deployments/{deployment_id}/reject, and of /abort. */
export const RejectRequestSchema = z.strictObject({ reason }, 'must be a JSON object').openapi('RejectRequest');
