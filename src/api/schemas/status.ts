import { z } from '@hono/zod-openapi';
import { isShownAsSkipped, skippedKinds } from '../../core/skipped.ts';
import { instant } from './instant.ts';

const part = z.object({
  status: z.enum(['ok', 'unavailable']),
  reason: z.string().nullable().openapi({ description: 'Why it cannot be used' }),
});

const ProcessSchema = z
  .object({
    name: z.string().openapi({ example: 'host-1-4711-9f3a1c' }),
    version: z.string().openapi({ example: '0.1.0' }),
    started_at: instant(),
    last_seen_at: instant(),
    problem: z.string().nullable().openapi({ description: 'What keeps it from working; null when nothing does' }),
  })
  .openapi('Process');

export const StatusSchema = z
  .object({
    version: z.string().openapi({ description: 'Of the process that responds', example: '0.1.0' }),
    database: part,
    redis: part.extend({
      version: z.string().nullable().openapi({ example: '7.2.4' }),
      eviction_policy: z.string().nullable().openapi({ description: 'Has to be `noeviction`', example: 'noeviction' }),
    }),
    workers: z
      .array(ProcessSchema)
      .nullable()
      .openapi({ description: 'Those that reported in the last 20 s; null while the database is unavailable' }),
    api_processes: z.array(ProcessSchema).nullable(),
    oldest_waiting_job: z
      .object({
        queue: z.string().openapi({ example: 'check-training' }),
        training_job_name: z.string(),
        due_at: instant(),
        late_seconds: z.number(),
      })
      .nullable()
      .openapi({ description: 'The job that has been due for longest and that no worker has claimed' }),
    last_event_at: instant()
      .nullable()
      .openapi({ description: 'When EventBridge last sent an event of a training or endpoint of this service' }),
    sagemaker_calls: z
      .object({
        since: instant(),
        throttled: z.number().int(),
        denied: z.number().int().openapi({ description: 'For lack of a permission, or of good credentials' }),
        refused: z.array(z.object({ operation: z.string(), result: z.string(), count: z.number().int() })),
      })
      .nullable()
      .openapi({ description: 'Of the last 15 minutes, of all processes; without lookups of what does not exist' }),
    skipped: z
      .array(
        z
          .object({
            kind: z.enum(skippedKinds.filter(isShownAsSkipped)),
            name: z.string(),
            reason: z.string().openapi({ example: 'ListTags: User … is not authorized to perform: sagemaker:ListTags' }),
            first_at: instant(),
            last_at: instant(),
            count: z.number().int(),
          })
          .openapi('SkippedItem'),
      )
      .nullable()
      .openapi({ description: 'What the service cannot handle and skipped, the latest 100' }),
    change_feed: z
      .object({
        mode: z.enum(['off', 'small', 'search', 'describe']).openapi({
          description:
            'How ends of trainings are found: `off` by configuration, `small`: each of few trainings is described at its interval, `search`: by sweeps, `describe`: the sweeps fail, and trainings are described at the pace that their number allows',
        }),
        swept_at: instant().nullable().openapi({ description: 'When the last complete sweep began' }),
        listed_at: instant()
          .nullable()
          .openapi({ description: 'When the last complete walk through the list of training jobs began' }),
        problems: z.array(z.object({ part: z.string().openapi({ example: 'search' }), reason: z.string(), since: instant() })),
      })
      .nullable()
      .openapi({ description: 'How the service learns what changes at SageMaker; null while the database is unavailable' }),
    warnings: z.array(z.object({ code: z.string().openapi({ example: 'no_worker' }), detail: z.string() }).openapi('Warning')),
  })
  .openapi('Status');

export type StatusBody = z.infer<typeof StatusSchema>;
