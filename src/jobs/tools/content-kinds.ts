export type ContentKind = 'image' | 'video' | 'audio' | 'document';

/** What a content type means here. */
export type ContentFacts = {
  /** What a person calls it. */
  readonly label: string;
  /** The name that results carry as `format`. */
  readonly format: string;
  /** A container may turn out to hold a video or only sound. */
  readonly kinds: readonly ContentKind[];
  /** The names of ffmpeg's demuxers for it. */
  readonly demuxers: readonly string[];
};

const image = (label: string, format: string): ContentFacts => ({ label, format, kinds: ['image'], demuxers: [] });
const document = (label: string, format: string): ContentFacts => ({
  label,
  format,
  kinds: ['document'],
  demuxers: [],
});
const film = (label: string, format: string, demuxer: string): ContentFacts => ({
  label,
  format,
  kinds: ['video', 'audio'],
  demuxers: [demuxer],
});
const sound = (label: string, format: string, demuxer: string): ContentFacts => ({
  label,
  format,
  kinds: ['audio'],
  demuxers: [demuxer],
});

const OFFICE = 'application/vnd.openxmlformats-officedocument';
const ODF = 'application/vnd.oasis.opendocument';

/** The contents that are processed, by the content type that their magic bytes give (without parameters). */
export const CONTENT: ReadonlyMap<string, ContentFacts> = new Map([
  ['image/jpeg', image('JPEG image', 'jpeg')],
  ['image/png', image('PNG image', 'png')],
  ['image/apng', image('PNG image', 'png')],
  ['image/gif', image('GIF image', 'gif')],
  ['image/webp', image('WebP image', 'webp')],
  ['image/tiff', image('TIFF image', 'tiff')],
  ['image/bmp', { ...image('BMP image', 'bmp'), demuxers: ['bmp_pipe'] }],
  ['video/mp4', film('MP4 video', 'mp4', 'mov')],
  ['video/x-m4v', film('M4V video', 'm4v', 'mov')],
  ['video/quicktime', film('QuickTime video', 'mov', 'mov')],
  ['video/3gpp', film('3GP video', '3gp', 'mov')],
  ['video/3gpp2', film('3GP video', '3g2', 'mov')],
  ['video/matroska', film('Matroska video', 'mkv', 'matroska')],
  ['video/webm', film('WebM video', 'webm', 'matroska')],
  ['video/vnd.avi', film('AVI video', 'avi', 'avi')],
  ['video/x-flv', film('Flash video', 'flv', 'flv')],
  ['video/x-ms-asf', film('Windows Media video', 'wmv', 'asf')],
  ['audio/x-ms-asf', film('Windows Media audio', 'wma', 'asf')],
  ['application/vnd.ms-asf', film('Windows Media file', 'asf', 'asf')],
  ['video/ogg', film('Ogg video', 'ogv', 'ogg')],
  ['audio/ogg', film('Ogg audio', 'ogg', 'ogg')],
  ['audio/x-m4a', film('M4A audio', 'm4a', 'mov')],
  ['audio/mp4', film('M4A audio', 'm4a', 'mov')],
  ['audio/mpeg', sound('MP3 audio', 'mp3', 'mp3')],
  ['audio/wav', sound('WAV audio', 'wav', 'wav')],
  ['audio/flac', sound('FLAC audio', 'flac', 'flac')],
  ['audio/aac', sound('AAC audio', 'aac', 'aac')],
  ['audio/aiff', sound('AIFF audio', 'aiff', 'aiff')],
  ['application/pdf', document('PDF document', 'pdf')],
  ['application/rtf', document('RTF document', 'rtf')],
  ['application/x-cfb', document('Microsoft Office document', 'ole')],
  [`${OFFICE}.wordprocessingml.document`, document('Word document', 'docx')],
  [`${OFFICE}.wordprocessingml.template`, document('Word template', 'dotx')],
  [`${OFFICE}.spreadsheetml.sheet`, document('Excel workbook', 'xlsx')],
  [`${OFFICE}.spreadsheetml.template`, document('Excel template', 'xltx')],
  [`${OFFICE}.presentationml.presentation`, document('PowerPoint presentation', 'pptx')],
  [`${OFFICE}.presentationml.slideshow`, document('PowerPoint slide show', 'ppsx')],
  [`${OFFICE}.presentationml.template`, document('PowerPoint template', 'potx')],
  [`${ODF}.text`, document('OpenDocument text', 'odt')],
  [`${ODF}.spreadsheet`, document('OpenDocument spreadsheet', 'ods')],
  [`${ODF}.presentation`, document('OpenDocument presentation', 'odp')],
]);

const EXTENSIONS: Readonly<Record<ContentKind, string>> = {
  image: 'jpg jpeg jpe jfif png apng gif webp bmp tif tiff heic heif avif',
  video: 'mp4 m4v mov qt mkv webm avi flv wmv asf ogv 3gp 3g2 mpg mpeg',
  audio: 'mp3 wav flac aac ogg oga opus m4a m4b wma aif aiff',
  document: 'pdf rtf doc dot docx dotx xls xlt xlsx xltx ppt pot pps pptx potx ppsx odt ods odp',
};
const KIND_BY_EXTENSION = new Map(
  (['image', 'video', 'audio', 'document'] as const).flatMap((kind) =>
    EXTENSIONS[kind].split(' ').map((extension) => [extension, kind] as const),
  ),
);
const OFFICE_TYPE = /^application\/(pdf|rtf|msword|vnd\.ms-(excel|powerpoint)|vnd\.openxmlformats-|vnd\.oasis\.)/;

/** The kind that a file name's ending stands for, or undefined when it stands for none of them. */
export function kindOfName(filename: string): { extension: string; kind: ContentKind } | undefined {
  const extension = /\.([A-Za-z0-9]{1,10})$/.exec(filename)?.[1]?.toLowerCase();
  const kind = extension === undefined ? undefined : KIND_BY_EXTENSION.get(extension);
  return extension === undefined || kind === undefined ? undefined : { extension, kind };
}

/** The kind that a declared content type stands for. */
export function kindOfType(contentType: string): ContentKind | undefined {
  const type = bareType(contentType);
  if (OFFICE_TYPE.test(type)) return 'document';
  const family = /^(image|video|audio)\//.exec(type)?.[1];
  return family === 'image' || family === 'video' || family === 'audio' ? family : undefined;
}

/** A content type without its parameters, in lower case. */
export function bareType(contentType: string): string {
  return contentType.replace(/;.*$/s, '').trim().toLowerCase();
}
