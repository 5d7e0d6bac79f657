import type { FileType } from '../../../contract/file.ts';
import { fileTypeOf, isProcessed, kindOfName, textTypeOf, type ProcessedKind } from './content-kinds.ts';
import { parseMediaType } from './media-type.ts';
import type { Sniffed } from './sniff.ts';

export type Declared = { readonly filename: string; readonly contentType: string };

export type Classified = {
  /** What the bytes are; what the uploader said is not trusted. */
  readonly contentType: string;
  readonly fileType: FileType;
  /** Whose jobs the file gets, or undefined when there is nothing to do. */
  readonly jobsOf: ProcessedKind | undefined;
  /** What the uploader said, when it is not what the bytes are. */
  readonly declaredContentType: string | undefined;
};

/** Other names for what the detector calls differently; to use one is no disagreement. */
const SAME_TYPE: Readonly<Record<string, string>> = {
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'image/x-png': 'image/png',
  'image/x-ms-bmp': 'image/bmp',
  'image/x-bmp': 'image/bmp',
  'audio/mp3': 'audio/mpeg',
  'audio/x-wav': 'audio/wav',
  'audio/wave': 'audio/wav',
  'audio/vnd.wave': 'audio/wav',
  'audio/x-flac': 'audio/flac',
  'audio/x-aac': 'audio/aac',
  'audio/m4a': 'audio/x-m4a',
  'video/x-matroska': 'video/matroska',
  'video/x-msvideo': 'video/vnd.avi',
  'video/avi': 'video/vnd.avi',
  'application/x-zip-compressed': 'application/zip',
  'application/x-gzip': 'application/gzip',
  'text/xml': 'application/xml',
  'application/javascript': 'text/javascript',
};
const NO_CLAIM = 'application/octet-stream';

/**
 * What a file is and what is done with it. The bytes decide the type. The name's ending, where it stands for a kind
 * that is processed, decides the jobs: a text called photo.jpg gets an image's jobs, which find the disagreement and
 * fail with the reason, rather than being called done.
 */
export function classify({ filename, contentType: said }: Declared, sniffed: Sniffed): Classified {
  const contentType = typeOf(sniffed, filename);
  const fileType = fileTypeOf(contentType, filename);
  const declared = parseMediaType(said);
  const agrees = declared === undefined || declared === NO_CLAIM || canonical(declared) === canonical(contentType);
  return {
    contentType,
    fileType,
    jobsOf: kindOfName(filename) ?? (isProcessed(fileType) ? fileType : undefined),
    declaredContentType: agrees ? undefined : declared,
  };
}

function typeOf(sniffed: Sniffed, filename: string): string {
  if (sniffed === 'text') return textTypeOf(filename);
  if (sniffed === 'svg') return 'image/svg+xml';
  return sniffed === 'unknown' ? NO_CLAIM : sniffed.contentType;
}

function canonical(type: string): string {
  return SAME_TYPE[type] ?? type;
}
