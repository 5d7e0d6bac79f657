import type { FileType } from '../../../contract/file.ts';

/** The kinds that are processed; each of them has jobs. */
export type ProcessedKind = 'image' | 'video' | 'audio' | 'document';

const EXTENSIONS: Readonly<Record<ProcessedKind, string>> = {
  image: 'jpg jpeg jpe jfif png apng gif webp bmp tif tiff heic heif avif',
  video: 'mp4 m4v mov qt mkv webm avi flv wmv asf ogv 3gp 3g2 mpg mpeg',
  audio: 'mp3 wav flac aac ogg oga opus m4a m4b wma aif aiff',
  document: 'pdf rtf doc dot docx dotx xls xlt xlsx xltx ppt pot pps pptx potx ppsx odt ods odp',
};
const KIND_BY_EXTENSION = mapOf(EXTENSIONS);

/** What plain text is, by the ending of its name; magic bytes cannot tell one text from another. */
const TEXT_EXTENSIONS: Readonly<Record<string, string>> = {
  'text/csv': 'csv',
  'text/tab-separated-values': 'tsv',
  'application/json': 'json',
  'application/x-ndjson': 'ndjson jsonl',
  'application/xml': 'xml',
  'application/yaml': 'yaml yml',
  'application/toml': 'toml',
  'application/sql': 'sql',
  'text/html': 'html htm',
  'text/css': 'css',
  'text/javascript': 'js mjs cjs jsx',
  'text/markdown': 'md markdown',
  'text/x-source': 'ts tsx py rb go rs c h cc cpp hpp java kt swift php cs sh bash pl lua scala r vue svelte',
};
const TEXT_TYPE_BY_EXTENSION = mapOf(TEXT_EXTENSIONS);

const DOCUMENT_TYPE =
  /^application\/(pdf|rtf|msword|x-cfb|vnd\.ms-(excel|powerpoint|word)|vnd\.openxmlformats-|vnd\.oasis\.opendocument\.(text|spreadsheet|presentation))/;
const ARCHIVE_TYPE =
  /^application\/(zip|gzip|x-(tar|7z-compressed|bzip2|xz|compress|lzip|lzh-compressed|ar|cpio|gtar)|vnd\.rar|zstd|java-archive|vnd\.ms-cab-compressed)$/;
const CODE_TYPE = /^(text\/(html|css|javascript|x-source)|application\/(wasm|x-elf|x-msdownload|x-mach-binary))$/;
const DATA_TYPE =
  /^(text\/(csv|tab-separated-values)|application\/(json|x-ndjson|xml|yaml|toml|sql|x-sqlite3|vnd\.apache\.(parquet|arrow\.file)|avro))$/;

/** Containers that hold a film or only sound; magic bytes cannot tell, so the name's ending may. */
const FILM_OR_SOUND =
  /^((video|audio)\/(mp4|x-m4a|x-m4v|quicktime|3gpp2?|matroska|webm|x-ms-asf|ogg)|application\/ogg)$/;

/** The kind that a file name's ending stands for, or undefined when it stands for none that is processed. */
export function kindOfName(filename: string): ProcessedKind | undefined {
  return KIND_BY_EXTENSION.get(extensionOf(filename));
}

/** The content type of a text by its name's ending. */
export function textTypeOf(filename: string): string {
  return TEXT_TYPE_BY_EXTENSION.get(extensionOf(filename)) ?? 'text/plain';
}

/** What a content type is; the name decides between film and sound only, where a container may hold either. */
export function fileTypeOf(contentType: string, filename: string): FileType {
  const named = kindOfName(filename);
  if (FILM_OR_SOUND.test(contentType) && (named === 'video' || named === 'audio')) return named;
  const family = /^(image|video|audio)\//.exec(contentType)?.[1];
  if (family === 'image' || family === 'video' || family === 'audio') return family;
  if (contentType === 'application/ogg') return 'audio';
  if (DOCUMENT_TYPE.test(contentType)) return 'document';
  if (ARCHIVE_TYPE.test(contentType)) return 'archive';
  if (CODE_TYPE.test(contentType)) return 'code';
  return DATA_TYPE.test(contentType) ? 'data' : 'other';
}

export function isProcessed(type: FileType): type is ProcessedKind {
  return type in EXTENSIONS;
}

function extensionOf(filename: string): string {
  return /\.([A-Za-z0-9]{1,10})$/.exec(filename)?.[1]?.toLowerCase() ?? '';
}

function mapOf<Key extends string>(table: Readonly<Record<Key, string>>): ReadonlyMap<string, Key> {
  const keys = Object.keys(table).filter((key): key is Key => key in table);
  return new Map(keys.flatMap((key) => table[key].split(' ').map((extension) => [extension, key] as const)));
}
