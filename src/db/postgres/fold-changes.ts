/** Adds what the triggers have recorded in tally_changes to the tallies. */
export const foldChanges = `with gone as (delete from tally_changes returning name, label, bucket, count, sum_ms)
  insert into tallies (name, label, bucket, count, sum_ms)
    select name, label, bucket, sum(count), sum(sum_ms) from gone group by name, label, bucket
  on conflict (name, label, bucket) do update
    set count = tallies.count + excluded.count, sum_ms = tallies.sum_ms + excluded.sum_ms`;
