import { fileURLToPath } from 'node:url';

export type Sample = {
  name: string;
  contentType: string;
  /** What must become of it for the set to count as a success. */
  expects: 'completed' | 'failed';
};

/** The files of examples/samples: one of each kind that is processed, one damaged, one whose name lies. */
export const SAMPLE_SET: readonly Sample[] = [
  { name: 'photo-on-its-side.jpg', contentType: 'image/jpeg', expects: 'completed' },
  { name: 'badge-with-alpha.png', contentType: 'image/png', expects: 'completed' },
  { name: 'animation.gif', contentType: 'image/gif', expects: 'completed' },
  { name: 'hills.webp', contentType: 'image/webp', expects: 'completed' },
  { name: 'drawing.bmp', contentType: 'image/bmp', expects: 'completed' },
  { name: 'scan.tiff', contentType: 'image/tiff', expects: 'completed' },
  { name: 'report.pdf', contentType: 'application/pdf', expects: 'completed' },
  { name: 'clip.mp4', contentType: 'video/mp4', expects: 'completed' },
  { name: 'upright.mov', contentType: 'video/quicktime', expects: 'completed' },
  { name: 'clip.webm', contentType: 'video/webm', expects: 'completed' },
  { name: 'tone.mp3', contentType: 'audio/mpeg', expects: 'completed' },
  { name: 'tone.flac', contentType: 'audio/flac', expects: 'completed' },
  { name: 'damaged.jpg', contentType: 'image/jpeg', expects: 'failed' },
  { name: 'picture-called-a-film.mp4', contentType: 'video/mp4', expects: 'failed' },
];

export function samplePath(name: string): string {
  return fileURLToPath(new URL(`../../examples/samples/${name}`, import.meta.url));
}
