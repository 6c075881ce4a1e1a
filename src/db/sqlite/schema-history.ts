import { historySubjects, type Actor, type HistorySubject } from '../../core/history.ts';
import { quoted } from '../transitions.ts';
import { check, index, integer, sql, sqliteTable, text } from './drizzle.ts';
import { trainingRuns } from './schema.ts';

/** What happened, in order; written in the same transaction as the change that it describes. */
export const history = sqliteTable(
  'history',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    /** Null for what belongs to an endpoint alone. */
    runSeq: integer('run_seq').references(() => trainingRuns.seq, { onDelete: 'cascade' }),
    deploymentId: text('deployment_id'),
    at: integer().notNull(),
    subject: text().$type<HistorySubject>().notNull(),
    from: text('from_status'),
    to: text('to_status').notNull(),
    actor: text().$type<Actor>().notNull(),
    by: text(),
    reason: text(),
    detail: text(),
    /** Of an entry that belongs to an endpoint alone. */
    endpointName: text('endpoint_name'),
    /** How often the same was seen in a row; such entries are counted, not appended. */
    repeats: integer().notNull().default(1),
    /** When it was seen last. */
    lastAt: integer('last_at'),
  },
  (table) => [
    index('history_run').on(table.runSeq, table.seq),
    check('history_subject_known', sql`${table.subject} in (${quoted(historySubjects)})`),
  ],
);
