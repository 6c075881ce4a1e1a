/** What the policy of a delivery makes of a deployment. */
import { z } from '@hono/zod-openapi';
import { alarmStates } from '../../ports/alarms.ts';
import { rolloutStrategies } from '../../core/delivery/policy.ts';
import { verdicts } from '../../core/deployment/decide-gate.ts';
import { approvalStatuses, verificationStatuses } from '../../core/deployment/delivery-state.ts';
import { instant } from './instant.ts';

export const GateSchema = z
  .object({
    verdict: z.enum(verdicts),
    against: z.string().nullable().openapi({ description: 'The training job that was live, where it was compared with one' }),
    rules: z.array(
      z.object({
        metric: z.string().openapi({ example: 'validation:accuracy' }),
        rule: z.string().openapi({ example: 'at least 0.8' }),
        value: z.number().nullable().openapi({ example: 0.93 }),
        baseline: z.number().nullable().openapi({ description: 'The same metric of what is live' }),
        threshold: z.number().nullable(),
        verdict: z.enum(verdicts),
        reason: z.string().openapi({ example: '0.93 is above 0.8' }),
      }),
    ),
  })
  .openapi('Gate');

export const ApprovalSchema = z
  .object({
    status: z.enum(approvalStatuses),
    by: z.string().nullable().openapi({ description: 'Who decided', example: 'ana' }),
    reason: z.string().nullable(),
    requested_at: instant(),
    decided_at: instant().nullable(),
    expires_at: instant(),
  })
  .openapi('Approval');

export const RolloutSchema = z
  .object({
    strategy: z.enum(rolloutStrategies).openapi({ description: 'In force, which a small fleet may have made all at once' }),
    phase: z.string().nullable().openapi({ description: 'As SageMaker shows it', example: 'Baking' }),
    traffic_percent: z.number().nullable(),
    alarms: z.array(
      z.object({
        name: z.string(),
        is_own: z.boolean().openapi({ description: 'The service made it for this deployment, and removes it' }),
        state: z.enum(alarmStates).nullable(),
        alarmed_at: instant().nullable(),
      }),
    ),
  })
  .openapi('Rollout');

export const VerificationSchema = z
  .object({
    status: z.enum(verificationStatuses),
    requests: z.int(),
    failures: z.array(z.string()).openapi({ description: 'One sentence for each request without the expected response' }),
  })
  .openapi('Verification');
