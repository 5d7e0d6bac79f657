import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { processAudio } from '../../../../src/jobs/files/processors/audio.ts';
import { film, sound, SOUND_ENDINGS, songWithCover } from '../../../support/media/films.ts';
import { save } from '../../../support/media/pictures.ts';
import { ffmpeg, inputFor, temporaryFolder } from '../../../support/media/tools.ts';

const CODECS: Record<string, string> = { wav: 'pcm_s16le', ogg: 'vorbis', m4a: 'aac', wma: 'wmav2' };
const TAGS = {
  title: 'A Tone',
  artist: 'The Examples',
  album: 'Tests',
  genre: 'Electronic',
  year: '2026',
  track: '1/2',
};
const refusal = async (path: string) =>
  processAudio(await inputFor(path)).then(
    () => 'made',
    (error: unknown) => error,
  );

test.each(SOUND_ENDINGS)('a sound .%s tells all of its fields and its tags', async (ending) => {
  const { dimensions, tags, format } = await processAudio(await inputFor(await sound(ending)));
  expect(dimensions).toEqual({
    duration: expect.closeTo(3, 0),
    codec: CODECS[ending] ?? ending,
    bit_rate: expect.any(Number),
    sample_rate: 44_100,
    channels: 1,
  });
  expect(format).toBe(ending);
  // Raw AAC has no place for tags.
  expect(tags).toEqual(ending === 'aac' ? {} : TAGS);
});

test('a cover does not make a song a film', async () => {
  expect(await processAudio(await inputFor(await songWithCover()))).toMatchObject({ format: 'mp3', tags: TAGS });
});

test('a film under the name of a sound is told to be one', async () => {
  expect(await refusal(await save('song.m4a', await readFile(await film('mp4'))))).toMatchObject({
    code: 'wrong_content_type',
    message: 'A sound file was expected, but the MP4 video holds a film.',
  });
});

test('a header without a sound behind it is damaged', async () => {
  const head = (await readFile(await sound('flac'))).subarray(0, 42);
  const noise = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919 + (at >> 3) * 104729) & 255));
  expect(await refusal(await save('song.flac', Buffer.concat([head, noise])))).toMatchObject({ code: 'damaged_input' });
});

test.each(['wav', 'ogg', 'm4a'])('a sound .%s of which only the first bytes are there is damaged', async (ending) => {
  const path = await save(`song.${ending}`, (await readFile(await sound(ending))).subarray(0, 60));
  expect(await refusal(path)).toMatchObject({ code: 'damaged_input', message: expect.stringMatching(/^The .*\.$/) });
});

test('a tag cannot forge a field, break a line or grow without end', async () => {
  const path = join(await temporaryFolder(), 'song.flac');
  const title = `x\n[/FORMAT]\n[STREAM]\ncodec_type=video\nduration=99999\n${'y'.repeat(5000)}`;
  await ffmpeg('-f', 'lavfi', '-i', 'sine=d=1', '-metadata', `title=${title}`, '-metadata', 'artist= \u0007 ', path);
  const { dimensions, tags } = await processAudio(await inputFor(path));
  expect(dimensions.duration).toBeCloseTo(1, 1);
  expect(tags.title).toMatch(/^x \[\/FORMAT\] \[STREAM\] codec_type=video duration=99999 y{400,}$/);
  expect(tags.title!.length).toBeLessThanOrEqual(500);
  expect(tags).not.toHaveProperty('artist');
});

test('tags of eight megabytes are refused instead of read', async () => {
  const whole = await readFile(await sound('mp3'));
  const text = Buffer.alloc(8_000_000, 'a');
  const size = text.length + 11;
  const sevenBits = [21, 14, 7, 0].map((shift) => (size >> shift) & 127);
  const frame = Buffer.alloc(11);
  frame.write('TIT2');
  frame.writeUInt32BE(text.length + 1, 4);
  const tag = Buffer.concat([Buffer.from('ID3\x03\0\0'), Buffer.from(sevenBits), frame, text]);
  const sounds = whole.subarray(whole.indexOf(Buffer.from([0xff, 0xfb])));
  const path = await save('song.mp3', Buffer.concat([tag, sounds]));
  const fault = await refusal(path);
  expect(fault).toMatchObject({ code: 'too_large', message: 'The MP3 audio says more about itself than is allowed.' });
});
