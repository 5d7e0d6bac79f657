/** The little that is asked of somebody else's connection: one statement at a time, and its rows. */
export type RowSource = { query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }> };
