import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { processVideo } from '../../../../src/jobs/files/processors/video.ts';
import { createMediaTools } from '../../../../src/jobs/tools/media-tools.ts';
import { film, FILM_ENDINGS, filmWith, hugePngInMov, sound, turned } from '../../../support/media/films.ts';
import { save } from '../../../support/media/pictures.ts';
import { until } from '../../../support/media/processes.ts';
import { ffmpeg, inputFor, realTools, temporaryFolder } from '../../../support/media/tools.ts';

const CODECS: Record<string, string> = { avi: 'mpeg4', webm: 'vp8', wmv: 'wmv2' };
const SOUNDS: Record<string, string> = { avi: 'mp3', webm: 'vorbis', wmv: 'wmav2' };
const refusal = async (path: string) =>
  processVideo(await inputFor(path)).then(
    () => 'made',
    (error: unknown) => error,
  );

describe('a film', () => {
  test.each(FILM_ENDINGS)('.%s tells all of its fields, and has a poster of two seconds in', async (ending) => {
    const { dimensions, additional, poster } = await processVideo(await inputFor(await film(ending)));
    expect(dimensions).toEqual({
      width: 320,
      height: 180,
      duration: expect.closeTo(3, 0),
      codec: CODECS[ending] ?? 'h264',
      bit_rate: expect.any(Number),
      frame_rate: 25,
    });
    expect(additional).toEqual({ audio_codec: SOUNDS[ending] ?? 'aac', audio_channels: 2, format: ending });
    expect(poster).toMatchObject({ width: 600, height: 338, atSeconds: 2 });
    expect(await sharp(poster!.path).metadata()).toMatchObject({ format: 'jpeg', width: 600, height: 338 });
    expect((await readFile(poster!.path)).length).toBe(poster!.byteSize);
  });

  test('the poster is the picture at two seconds and not another one', async () => {
    const switching =
      'color=red:s=160x120:r=25:d=1.9,format=yuv420p[a];color=blue:s=160x120:r=25:d=2,format=yuv420p[b]';
    const path = join(await temporaryFolder(), 'film.mp4');
    await ffmpeg('-filter_complex', `${switching};[a][b]concat`, '-c:v', 'libx264', path);
    const { poster } = await processVideo(await inputFor(path));
    const { channels } = await sharp(poster!.path).stats();
    expect(channels[2]!.mean).toBeGreaterThan(200);
    expect(channels[0]!.mean).toBeLessThan(60);
  });

  test('one shorter than two seconds gives its first frame', async () => {
    const short = await filmWith('short.mp4', '-t', '0.5');
    expect((await processVideo(await inputFor(short))).poster).toMatchObject({ atSeconds: 0, width: 600 });
  });

  test('one that only claims to be longer than two seconds gives its first frame too', async () => {
    // The sound is longer than the picture, and the duration of a film is that of its longest stream.
    const path = join(await temporaryFolder(), 'film.mp4');
    await ffmpeg(...['-f', 'lavfi', '-i', 'testsrc2=s=64x48:d=1', '-f', 'lavfi', '-i', 'sine=d=5'], path);
    const { dimensions, poster } = await processVideo(await inputFor(path));
    expect(dimensions.duration).toBeCloseTo(5, 0);
    expect(poster).toMatchObject({ atSeconds: 0 });
  });

  test.each([
    [90, 180, 320, 1067],
    [180, 320, 180, 338],
    [270, 180, 320, 1067],
  ])('one that is turned by %i degrees is told and shown upright', async (degrees, width, height, posterHeight) => {
    const path = await save('film.mp4', turned(await readFile(await filmWith('silent.mp4')), degrees));
    const { dimensions, poster } = await processVideo(await inputFor(path));
    expect(dimensions).toMatchObject({ width, height });
    expect(poster).toMatchObject({ width: 600, height: posterHeight });
    expect(await sharp(poster!.path).metadata()).toMatchObject({ width: 600, height: posterHeight });
  });

  test('pixels that are not square are squared in the poster', async () => {
    const wide = await filmWith('wide.mp4', '-vf', 'setsar=2/1');
    const { dimensions, poster } = await processVideo(await inputFor(wide));
    expect(dimensions).toMatchObject({ width: 320, height: 180 });
    expect(poster).toMatchObject({ width: 600, height: 169 });
  });

  test('without sound it has no fields of sound', async () => {
    const { additional } = await processVideo(await inputFor(await filmWith('silent.mp4')));
    expect(additional).toEqual({ format: 'mp4' });
  });

  test('a needle of a film does not become a poster that no viewer opens', async () => {
    const path = join(await temporaryFolder(), 'film.mkv');
    await ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=16x4000:d=1', '-c:v', 'ffv1', path);
    expect((await processVideo(await inputFor(path))).poster).toMatchObject({ width: 10, height: 2400 });
  });
});

describe('what is refused', () => {
  test('a film that was cut off before its index is said to be cut off', async () => {
    const whole = await readFile(await film('mp4'));
    expect(await refusal(await save('film.mp4', whole.subarray(0, whole.length / 2)))).toMatchObject({
      code: 'damaged_input',
      message: 'The MP4 video is cut off: the index at its end is missing.',
    });
  });

  test('a film whose pictures are all overwritten is damaged', async () => {
    const whole = Buffer.from(await readFile(await filmWith('front.mp4', '-movflags', '+faststart')));
    whole.fill(0, whole.indexOf('mdat') + 4);
    expect(await refusal(await save('film.mp4', whole))).toMatchObject({
      code: 'damaged_input',
      message: 'The MP4 video is damaged: no frame of it can be decoded.',
    });
  });

  test('noise behind the right first bytes is damaged, in words and not as a dump of ffmpeg', async () => {
    for (const ending of FILM_ENDINGS) {
      const head = (await readFile(await film(ending))).subarray(0, 64);
      const noise = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919 + (at >> 3) * 104729) & 255));
      const fault = await refusal(await save(`film.${ending}`, Buffer.concat([head, noise])));
      expect(fault).toMatchObject({ code: expect.stringMatching(/^(damaged_input|wrong_content_type)$/) });
      expect(fault).toMatchObject({ message: expect.stringMatching(/^The [\w ]+ (is|ends|holds) [\w :,]+\.$/) });
    }
  });

  test('a picture of 256 megapixels in a film', async () => {
    expect(await refusal(await hugePngInMov())).toMatchObject({ code: 'too_large' });
  });

  test('a sound, whether it is called one or a film', async () => {
    expect(await refusal(await sound('m4a'))).toMatchObject({ code: 'wrong_content_type' });
    expect(await refusal(await sound('mp3'))).toMatchObject({ code: 'unsupported_input' });
    const path = await save('film.mp4', await readFile(await sound('m4a')));
    expect(await refusal(path)).toMatchObject({ message: 'The M4A audio holds no moving picture.' });
  });

  test('a playlist called .mp4', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'secret.mp4'), await readFile(await film('mp4')));
    const path = join(folder, 'film.mp4');
    await writeFile(path, '#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nsecret.mp4\n#EXT-X-ENDLIST\n');
    expect(await refusal(path)).toMatchObject({ code: 'wrong_content_type' });
  });
});

describe('when it ends another way', () => {
  test('an abort in the middle leaves nothing in the workdir', async () => {
    const stop = new AbortController();
    const input = await inputFor(await film('mp4'), { signal: stop.signal });
    const working = processVideo(input);
    await until('a program to run', () => readdirSync(input.workdir).some((name) => name.startsWith('guarded-')));
    stop.abort(new Error('cancelled'));
    await expect(working).rejects.toThrow('cancelled');
    expect(readdirSync(input.workdir)).toEqual([]);
  });

  test('without ffprobe, and without ffmpeg, the tool is unavailable', async () => {
    const { ffprobe } = await realTools.programs();
    for (const options of [{ ffprobePath: '/nowhere' }, { ffprobePath: ffprobe.path, ffmpegPath: '/nowhere' }]) {
      const tools = createMediaTools({ ...options, searchPath: '', warn: () => undefined });
      const input = await inputFor(await film('mp4'), { tools });
      await expect(processVideo(input)).rejects.toMatchObject({ code: 'tool_unavailable' });
    }
  });

  test('a poster that could not be made for lack of time costs only the poster', async () => {
    const { ffmpeg: real } = realTools;
    const slow = async () => Promise.reject(Object.assign(new Error('too slow'), { code: 'tool_timeout' }));
    const input = await inputFor(await film('mp4'), {
      tools: { ...realTools, ffmpeg: { ...real, extractFrame: slow } },
    });
    const { dimensions, poster, posterFailure } = await processVideo(input);
    expect({ width: dimensions.width, poster, posterFailure }).toEqual({
      width: 320,
      poster: undefined,
      posterFailure: 'too slow',
    });
  });
});
