import { escapeLiteral } from 'pg';

/** The index that finds the groups of a queue and the head of each; rows without a group are not in it. */
export const GROUP_INDEX = 'powernode_job_by_group';

/**
 * One index over all queues, made beside pg-boss's own: its fetch has none that could tell one group from another
 * without stepping over all that came before.
 */
export const CREATE_GROUP_INDEX = `CREATE INDEX IF NOT EXISTS ${GROUP_INDEX}
  ON pgboss.job (name, group_id, priority DESC, created_on, start_after)
  WHERE state < 'active' AND NOT blocked AND group_id IS NOT NULL`;

/** Groups looked at in one fetch; the next one goes on behind them. */
const GROUPS = 64;
/** Rows looked at in one fetch, at most; a share of it for each group, and at least one. */
const LOOKED_AT = 4_000;

/**
 * Ids of the jobs whose turn it is: the groups in a circle that begins behind `after`, the first job of each, then the
 * second of each, and so on; a higher priority first. Each group costs two probes of the index, however many jobs it has:
 * it is asked for as a range, because with `=` the planner takes pg-boss's own index, and steps over the flood.
 */
export function fairCandidates(queue: string, wanted: number, after: string): string {
  const name = escapeLiteral(queue);
  const start = escapeLiteral(after);
  const ready = (job: string) =>
    `${job}.name = ${name} AND ${job}.state < 'active' AND NOT ${job}.blocked AND ${job}.group_id IS NOT NULL`;
  const order = (job: string) => `${job}.name, ${job}.group_id, ${job}.priority DESC, ${job}.created_on`;
  const groups = String(Math.max(GROUPS, wanted));
  const first = (from: string) =>
    `SELECT g.group_id FROM pgboss.job g WHERE ${ready('g')} AND ${from} ORDER BY ${order('g')} LIMIT 1`;
  const walk = (title: string, base: number, from: string, upTo: string) => `${title} AS (
      (SELECT first.group_id, ${String(base)} AS turn FROM (${first(`${from}${upTo}`)}) AS first)
      UNION ALL
      SELECT (${first(`g.group_id > ${title}.group_id${upTo}`)}), ${title}.turn + 1
        FROM ${title} WHERE ${title}.group_id IS NOT NULL AND ${title}.turn < ${String(base)} + ${groups}
    )`;
  return `WITH RECURSIVE
    ${walk('behind', 0, `g.group_id > ${start}`, '')},
    ${walk('before', 1_000_000, `g.group_id >= ''`, ` AND g.group_id <= ${start}`)},
    turns AS MATERIALIZED (
      SELECT group_id, turn FROM behind WHERE group_id IS NOT NULL
      UNION ALL SELECT group_id, turn FROM before WHERE group_id IS NOT NULL ORDER BY turn LIMIT ${groups}
    )
    SELECT head.id FROM turns CROSS JOIN LATERAL (
      SELECT j.id, j.priority, row_number() OVER (ORDER BY ${order('j')}) AS round
        FROM pgboss.job j WHERE ${ready('j')} AND j.group_id >= turns.group_id
         AND j.group_id <= turns.group_id AND j.start_after <= pgboss.job_now()
       ORDER BY ${order('j')}
       LIMIT least(${String(wanted)}, greatest(1, ${String(LOOKED_AT)} / (SELECT count(*) FROM turns)))
    ) AS head
    ORDER BY head.priority DESC, head.round, turns.turn LIMIT ${String(wanted)}`;
}
