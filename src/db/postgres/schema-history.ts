import { historySubjects, type Actor, type HistorySubject } from '../../core/history.ts';
import { quoted } from '../transitions.ts';
import { instant, seq, wide } from './columns.ts';
import { check, index, integer, pgTable, sql, text } from './drizzle.ts';
import { trainingRuns } from './schema.ts';

/** What happened; written in the same transaction as the change that it describes. */
export const history = pgTable(
  'history',
  {
    seq: seq(),
    /** Null for what belongs to an endpoint alone. */
    runSeq: wide('run_seq').references(() => trainingRuns.seq, { onDelete: 'cascade' }),
    deploymentId: text('deployment_id'),
    at: instant('at').notNull(),
    subject: text().$type<HistorySubject>().notNull(),
    from: text('from_status'),
    to: text('to_status').notNull(),
    actor: text().$type<Actor>().notNull(),
    by: text(),
    reason: text(),
    detail: text(),
    /** Of an entry that belongs to an endpoint alone. */
    endpointName: text('endpoint_name'),
    repeats: integer().notNull().default(1),
    lastAt: instant('last_at'),
  },
  (table) => [
    index('history_run').on(table.runSeq, table.seq),
    check('history_subject_known', sql`${table.subject} in (${quoted(historySubjects)})`),
  ],
);
