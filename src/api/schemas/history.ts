import { z } from '@hono/zod-openapi';
import { actors, historyPageSize, historySubjects } from '../../core/history.ts';
import { instant } from './instant.ts';

const HistoryEntrySchema = z
  .object({
    id: z.int().openapi({ description: 'Counts up over all runs, in the order of recording' }),
    at: instant(),
    training_job_name: z.string().nullable().openapi({ description: 'Null for what belongs to an endpoint alone' }),
    endpoint_name: z.string().nullable(),
    deployment_id: z.string().nullable(),
    subject: z.enum(historySubjects),
    from: z.string().nullable(),
    to: z.string(),
    actor: z.enum(actors),
    by: z.string().nullable().openapi({ description: 'The name of the key with which it was requested' }),
    reason: z.string().nullable().openapi({ description: 'Why, in the words of the caller' }),
    detail: z.string().nullable(),
    repeats: z
      .int()
      .openapi({ description: 'How often in a row the same was recorded: a repeat is counted, not added', example: 1 }),
    last_at: instant().openapi({ description: 'When it was recorded last' }),
  })
  .openapi('HistoryEntry');

/** Of what is shown with its history. */
export const historyFields = {
  history: z
    .array(HistoryEntrySchema)
    .openapi({ description: `The newest ${historyPageSize} entries, or those before \`history_before\`; the oldest first` }),
  earlier_history: z.string().nullable().openapi({ description: 'Where the entries before these are; null when there are none' }),
};

export const HistoryPageSchema = z
  .object({
    items: z.array(HistoryEntrySchema),
    last_id: z.int().openapi({ description: 'The id of the last one, or `after` where there is none: `after` of the next page' }),
    reset: z.boolean().openapi({
      description: '`after` was never given out by this database, which is an older state then, or another one: begin again',
    }),
  })
  .openapi('HistoryPage');

export type HistoryEntryBody = z.infer<typeof HistoryEntrySchema>;
