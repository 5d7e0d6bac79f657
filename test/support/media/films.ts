import { writeFile } from 'node:fs/promises';
import { ffmpeg } from './tools.ts';
import { fixture } from './fixture.ts';
import { blackPng } from './bombs.ts';

const PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=25:d=3'];
const TONE = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100:d=3'];
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-ac', '2'];
const FILM_CODECS: Readonly<Record<string, readonly string[]>> = {
  mp4: H264,
  m4v: H264,
  mov: H264,
  mkv: H264,
  flv: H264,
  avi: ['-c:v', 'mpeg4', '-c:a', 'libmp3lame', '-ac', '2'],
  webm: ['-c:v', 'libvpx', '-b:v', '200k', '-c:a', 'libvorbis', '-ac', '2'],
  wmv: ['-c:v', 'wmv2', '-c:a', 'wmav2', '-ac', '2'],
};
const SOUND_CODECS: Readonly<Record<string, readonly string[]>> = {
  mp3: ['-c:a', 'libmp3lame', '-b:a', '64k'],
  wav: ['-c:a', 'pcm_s16le'],
  flac: ['-c:a', 'flac'],
  aac: ['-c:a', 'aac'],
  ogg: ['-c:a', 'libvorbis'],
  m4a: ['-c:a', 'aac'],
  wma: ['-c:a', 'wmav2'],
};
const TAGS = {
  title: 'A Tone',
  artist: 'The Examples',
  album: 'Tests',
  genre: 'Electronic',
  date: '2026',
  track: '1/2',
};

export const FILM_ENDINGS = Object.keys(FILM_CODECS);
export const SOUND_ENDINGS = Object.keys(SOUND_CODECS);

/** Three seconds of 320x180 at 25 frames, with a tone in two channels. */
export const film = (ending: string) =>
  fixture(`film.${ending}`, (path) => ffmpeg(...PICTURE, ...TONE, ...(FILM_CODECS[ending] ?? []), path));

/** Three seconds of a tone, with tags. */
export const sound = (ending: string) =>
  fixture(`sound.${ending}`, (path) => {
    const tags = Object.entries(TAGS).flatMap(([name, value]) => ['-metadata', `${name}=${value}`]);
    return ffmpeg(...TONE, ...(SOUND_CODECS[ending] ?? []), ...tags, path);
  });

export const filmWith = (name: string, ...options: string[]) =>
  fixture(name, (path) => ffmpeg(...PICTURE, ...H264, '-an', ...options, path));

/** A song with a cover, which is a video stream to ffmpeg. */
export const songWithCover = () =>
  fixture('cover.mp3', async (path) => {
    const cover = await fixture('cover.png', (file) => ffmpeg(...PICTURE, '-frames:v', '1', file));
    const join = ['-map', '0:a', '-map', '1:v', '-c:a', 'copy', '-c:v', 'copy', '-disposition:v', 'attached_pic'];
    await ffmpeg('-i', await sound('mp3'), '-i', cover, ...join, path);
  });

/** A film of one frame that is a PNG of 16000x16000: under a megabyte here, 256 megapixels when decoded. */
export const hugePngInMov = () =>
  fixture('huge-picture.mov', async (path) => {
    const png = await fixture('huge-picture.png', (file) => writeFile(file, blackPng(16_000, 16_000)));
    await ffmpeg('-i', png, '-c:v', 'copy', path);
  });

/** The same MP4 with a matrix in its first track that turns the picture. */
export function turned(mp4: Buffer, degrees: number): Buffer {
  const copy = Buffer.from(mp4);
  const matrix = copy.indexOf('tkhd') + 44;
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  [cos, sin, 0, -sin, cos].forEach((value, at) => copy.writeInt32BE(Math.round(value * 65_536), matrix + at * 4));
  return copy;
}
