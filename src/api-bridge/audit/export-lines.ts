import type { AuditRow } from './audit-row.ts';
import { entryOf } from './read-audit.ts';

export type ExportFormat = 'ndjson' | 'csv';

export const EXPORT_TYPES: Readonly<Record<ExportFormat, string>> = {
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
};

const COLUMNS = [
  'id',
  'at',
  'actor',
  'action',
  'target',
  'count',
  'reason',
  'request_id',
  'ip',
  'detail',
  'prev_hash',
  'hash',
] as const;

/** The line before the first entry; NDJSON has none. */
export function exportHead(format: ExportFormat): string {
  return format === 'csv' ? `${COLUMNS.join(',')}\r\n` : '';
}

/**
 * One entry as a line. NDJSON carries the detail byte for byte as it was hashed, and the hash before, so that the file can
 * be checked without the database.
 */
export function exportLine(format: ExportFormat, row: AuditRow): string {
  if (format === 'csv') return `${COLUMNS.map((column) => cell(row[column])).join(',')}\r\n`;
  const { detail: _, ...entry } = entryOf(row);
  return `${JSON.stringify({ ...entry, prevHash: row.prev_hash }).slice(0, -1)},"detail":${row.detail}}\n`;
}

/** A spreadsheet would run what begins like a formula; an apostrophe makes it text. */
function cell(value: string | null): string {
  const text = /^[=+\-@\t\r]/.test(value ?? '') ? `'${value ?? ''}` : (value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
