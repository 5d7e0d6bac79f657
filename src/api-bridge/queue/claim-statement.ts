/** How pg-boss's fetch takes the rows that it has picked: a join, which the planner may run in either direction. */
const JOIN = /FROM next\s+WHERE name = ('(?:[^']|'')*') AND j\.id = next\.id(?=\s)/;

/**
 * pg-boss's fetch with the picked rows looked up by their ids, which is how pg-boss itself writes it where groups are
 * limited. As a join it depends on statistics: for a queue that they do not know yet, the planner expects one row, and
 * reads the whole queue once for each claim. A statement that is not as we know it is left as it is; a test holds that.
 */
export function lookUpById(text: string): string {
  return text.replace(JOIN, 'WHERE name = $1 AND j.id = ANY (ARRAY(SELECT id FROM next))');
}
