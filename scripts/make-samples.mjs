// Makes examples/samples anew: node scripts/run.mjs node scripts/make-samples.mjs (wants ffmpeg with x264, vp9, opus and lame).
// The files are committed, because not every machine's ffmpeg can write all of these formats.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { exiftool } from 'exiftool-vendored';
import sharp from 'sharp';
import { makePdf } from './steps/make-pdf.mjs';
import { inRoot } from './steps/root.mjs';

const at = (name) => inRoot('examples', 'samples', name);
const ffmpeg = (...args) => execFileSync('ffmpeg', ['-v', 'error', '-y', '-bitexact', ...args], { stdio: 'inherit' });
const video = (size, seconds) => ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=25:duration=${seconds}`];
const sound = (seconds) => ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=44100:duration=${seconds}`];

const hills = (width, height, sky) =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 1600 1200" preserveAspectRatio="none">
    <linearGradient id="s" x2="0" y2="1"><stop stop-color="${sky}"/><stop offset="1" stop-color="#f6c177"/></linearGradient>
    <rect width="1600" height="1200" fill="url(#s)"/><circle cx="1150" cy="420" r="130" fill="#fff3d6"/>
    <path d="M0 800 Q300 520 620 760 T1200 700 T1600 780 V1200 H0Z" fill="#57687f"/>
    <path d="M0 950 Q420 700 860 930 T1600 880 V1200 H0Z" fill="#33465a"/>
    <path d="M0 1080 Q500 930 940 1070 T1600 1040 V1200 H0Z" fill="#1b2a38"/></svg>`);
const badge = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="640" height="640" viewBox="0 0 64 64">
    <circle cx="32" cy="32" r="30" fill="#3b82f6" fill-opacity=".85"/><path d="M34 8 16 36h12l-4 20 22-30H33z" fill="#fff"/></svg>`);

// A photograph as a telephone stores it: the pixels lie on their side, and a tag says how to turn them.
await sharp(hills(1600, 1200, '#3d5a80'))
  .rotate(270)
  .jpeg({ quality: 82 })
  .toFile(at('photo-on-its-side.jpg'));
await exiftool.write(
  at('photo-on-its-side.jpg'),
  {
    'Orientation#': 6,
    Make: 'Powernode',
    Model: 'Pinhole One',
    ISO: 200,
    FNumber: 2.8,
    ExposureTime: '1/125',
    FocalLength: 35,
    DateTimeOriginal: '2026:05:17 18:42:05',
    GPSLatitude: 50.0755,
    GPSLatitudeRef: 'N',
    GPSLongitude: 14.4378,
    GPSLongitudeRef: 'E',
    GPSAltitude: 235,
  },
  { writeArgs: ['-overwrite_original'] },
);
await sharp(badge).png().toFile(at('badge-with-alpha.png'));
await sharp(hills(1280, 720, '#7c4dff'))
  .webp({ quality: 78 })
  .toFile(at('hills.webp'));
await sharp(hills(900, 1200, '#2a9d8f'))
  .tiff({ compression: 'jpeg', quality: 80 })
  .toFile(at('scan.tiff'));
await sharp(hills(240, 180, '#e07a5f'))
  .png()
  .toFile(at('hills.png.tmp'));
ffmpeg(
  '-f',
  'png_pipe',
  '-i',
  at('hills.png.tmp'),
  '-pix_fmt',
  'bgr24',
  '-f',
  'image2',
  '-c:v',
  'bmp',
  at('drawing.bmp'),
);
ffmpeg(
  ...video('200x150', 1),
  '-vf',
  'fps=8,split[a][b];[a]palettegen=max_colors=32[p];[b][p]paletteuse',
  at('animation.gif'),
);
writeFileSync(at('report.pdf'), makePdf({ title: 'Quarterly report', author: 'Ada Example', pages: 3 }));

const h264 = [
  '-c:v',
  'libx264',
  '-preset',
  'slow',
  '-crf',
  '32',
  '-pix_fmt',
  'yuv420p',
  '-c:a',
  'aac',
  '-b:a',
  '48k',
  '-shortest',
];
ffmpeg(...video('640x360', 3), ...sound(3), ...h264, '-movflags', '+faststart', at('clip.mp4'));
ffmpeg(...video('320x568', 2), ...sound(2), ...h264, at('upright.mov'));
ffmpeg(
  ...video('480x270', 2),
  ...sound(2),
  '-c:v',
  'libvpx-vp9',
  '-crf',
  '45',
  '-b:v',
  '0',
  '-c:a',
  'libopus',
  '-b:a',
  '32k',
  at('clip.webm'),
);

const tags = (title) =>
  Object.entries({
    title,
    artist: 'The Examples',
    album: 'Test Tones',
    date: '2026',
    genre: 'Electronic',
    track: '1/2',
  }).flatMap(([name, value]) => ['-metadata', `${name}=${value}`]);
ffmpeg(
  ...sound(5),
  '-c:a',
  'libmp3lame',
  '-b:a',
  '64k',
  '-id3v2_version',
  '3',
  ...tags('Concert Pitch'),
  at('tone.mp3'),
);
ffmpeg(...sound(2), '-c:a', 'flac', ...tags('Concert Pitch, Lossless'), at('tone.flac'));

// A transfer that broke off: the header promises a picture that the data does not hold.
const whole = await sharp(hills(1200, 900, '#bc4749'))
  .jpeg({ quality: 85 })
  .toBuffer();
writeFileSync(at('damaged.jpg'), whole.subarray(0, Math.floor(whole.length * 0.4)));
// A name that lies: these are the bytes of a PNG.
writeFileSync(at('picture-called-a-film.mp4'), readFileSync(at('hills.png.tmp')));
execFileSync('rm', [at('hills.png.tmp')]);
await exiftool.end();
