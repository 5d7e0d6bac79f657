import { open, type FileHandle } from 'node:fs/promises';

/** The end of a PDF names where its table of objects is; trailing bytes of a mail gateway or the like are common. */
const TAIL_BYTES = 64 * 1024;
/** Readers allow this much in front of the header, and then count every offset from there. */
const LEAD_BYTES = 1024;

/** Why a PDF cannot be whole, in words for the person who sent it; undefined when its frame stands. */
export async function pdfFault(path: string): Promise<string | undefined> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const lead = await textAt(file, 0, LEAD_BYTES);
    const tail = await textAt(file, Math.max(0, size - TAIL_BYTES), TAIL_BYTES);
    const told = [...tail.matchAll(/startxref\s+(\d{1,12})\s+%%EOF/g)].at(-1)?.[1];
    if (told === undefined) return 'The PDF ends before its end mark: a part of it is missing.';
    const table = await textAt(file, Math.max(0, lead.indexOf('%PDF-')) + Number(told), 64);
    if (/^\s*(?:xref\b|\d+\s+\d+\s+obj\b)/.test(table)) return undefined;
    return 'The PDF is damaged: the table of its parts is not where it says.';
  } finally {
    await file.close();
  }
}

async function textAt(file: FileHandle, position: number, length: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.toString('latin1', 0, bytesRead);
}
