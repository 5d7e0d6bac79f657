import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { createFileJobs } from '../../../src/jobs/files/file-jobs.ts';
import type { JobDefinition } from '../../../src/jobs/index.ts';
import { createMediaTools } from '../../../src/jobs/tools/media-tools.ts';
import { pdf } from '../../support/media/documents.ts';
import { film, filmWith, sound } from '../../support/media/films.ts';
import { quarters, save } from '../../support/media/pictures.ts';
import { children } from '../../support/media/processes.ts';
import { realTools } from '../../support/media/tools.ts';
import { FILE_ID, JOB_ID, memoryPlane } from './memory-plane.ts';

afterAll(() => realTools.close());

function jobCalled(name: string, tools = realTools): JobDefinition {
  const found = createFileJobs(tools).find((job) => job.name === name);
  if (found === undefined) throw new Error(`no job ${name}`);
  return found;
}

async function run(name: string, source: string, options: Parameters<typeof memoryPlane>[1]) {
  const plane = await memoryPlane(source, options);
  const output = await jobCalled(name).execute(plane.ctx, plane.payload);
  return { output, ...plane.state };
}

const photo = async () => save('photo.jpg', await quarters(1000, 500).jpeg().toBuffer());
const IMAGE = { filename: 'photo.jpg', contentType: 'image/jpeg' };

describe('files.thumbnail', () => {
  test('stores three JPEGs under the keys of the file, and says so on the file and in the result', async () => {
    const { stored, file, result, status, output } = await run('files.thumbnail', await photo(), IMAGE);
    expect(status).toBe('completed');
    const urls = {
      small: `thumbnails/${FILE_ID}/small.jpg`,
      medium: `thumbnails/${FILE_ID}/medium.jpg`,
      large: `thumbnails/${FILE_ID}/large.jpg`,
    };
    expect(file['metadata']).toEqual({ thumbnail_urls: urls });
    expect([...stored.keys()]).toEqual(Object.values(urls));
    for (const [size, key] of Object.entries(urls)) {
      expect(stored.get(key)!.query).toEqual({ type: 'thumbnail', size, storage_key: key, content_type: 'image/jpeg' });
    }
    expect(result.source_dimensions).toEqual({ width: 1000, height: 500, format: 'jpeg' });
    expect(result.thumbnails).toEqual(
      [
        ['small', 150, 75],
        ['medium', 300, 150],
        ['large', 600, 300],
      ].map(([size, width, height]) => {
        const key = urls[size as 'small'];
        return { size, width, height, byte_size: stored.get(key)!.bytes.length, storage_key: key };
      }),
    );
    expect(output).toEqual({ processing_job_id: JOB_ID, file_object_id: FILE_ID, ...result });
  });

  test('makes the sizes that are asked for, and 300 for a name that it does not know', async () => {
    const parameters = { sizes: ['large', 'banner', 'large'] };
    const { stored } = await run('files.thumbnail', await photo(), { ...IMAGE, parameters });
    expect([...stored.keys()]).toEqual([`thumbnails/${FILE_ID}/large.jpg`, `thumbnails/${FILE_ID}/banner.jpg`]);
    expect(await sharp([...stored.values()][1]!.bytes).metadata()).toMatchObject({ width: 300, height: 150 });
  });

  test('takes no name of a size that could leave the folder', async () => {
    const parameters = { sizes: ['../../x'] };
    const { stored } = await run('files.thumbnail', await photo(), { ...IMAGE, parameters });
    expect([...stored.keys()]).toHaveLength(3);
    expect([...stored.keys()].every((key) => /^thumbnails\/[0-9a-f-]+\/[a-z]+\.jpg$/.test(key))).toBe(true);
  });
});

describe('files.metadata', () => {
  test('writes exif, dimensions and the rest to the file and the result', async () => {
    const jpeg = await quarters(60, 40)
      .withExif({ IFD0: { Make: 'Powernode' } })
      .jpeg()
      .toBuffer();
    const { file, result } = await run('files.metadata', await save('a.jpg', jpeg), IMAGE);
    expect(file).toEqual({
      metadata: {},
      exif_data: expect.objectContaining({ make: 'Powernode' }),
      dimensions: { width: 60, height: 40, format: 'jpeg' },
    });
    expect(result).toEqual({ exif_data: file['exif_data'], dimensions: file['dimensions'], additional: {} });
  });

  test('puts what a document says into the metadata of the file', async () => {
    const source = await save('a.pdf', pdf({ Title: 'A report' }));
    const { file } = await run('files.metadata', source, { filename: 'a.pdf', contentType: 'application/pdf' });
    expect(file['metadata']).toEqual({ format: 'pdf', title: 'A report', pages: 1 });
  });
});

describe('files.video', () => {
  test('stores the poster and tells of it', async () => {
    const { stored, file, result } = await run('files.video', await film('mp4'), {});
    const key = `posters/${FILE_ID}/poster.jpg`;
    expect(stored.get(key)!.query).toEqual({ type: 'video_poster', storage_key: key, content_type: 'image/jpeg' });
    expect(file['dimensions']).toMatchObject({ width: 320, height: 180, codec: 'h264', frame_rate: 25 });
    expect(file['metadata']).toEqual({ audio_codec: 'aac', audio_channels: 2, format: 'mp4', poster_url: key });
    expect(result).toMatchObject({
      poster_url: key,
      poster: { storage_key: key, width: 600, height: 338, at_seconds: 2 },
    });
  });

  test('a damaged film fails with words for a person', async () => {
    const plane = await memoryPlane(
      await save('film.mp4', Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42', 'latin1')),
    );
    await expect(jobCalled('files.video').execute(plane.ctx, plane.payload)).rejects.toMatchObject({
      code: 'damaged_input',
    });
    expect(plane.state.error).toEqual({
      error_message: 'The MP4 video is cut off: the index at its end is missing.',
      error_code: 'damaged_input',
    });
  });

  test('where there is no ffprobe, it fails as tool_unavailable', async () => {
    const tools = createMediaTools({ ffprobePath: '/nowhere', searchPath: '', warn: () => undefined });
    const plane = await memoryPlane(await film('mp4'));
    await expect(jobCalled('files.video', tools).execute(plane.ctx, plane.payload)).rejects.toMatchObject({
      name: 'ToolUnavailable',
    });
    expect(plane.state.error).toMatchObject({ error_code: 'tool_unavailable' });
  });

  test('an abort in the middle of it is felt within a second, and no program is left', async () => {
    const slow = await filmWith('slow.mp4', '-vf', 'scale=3840:2160', '-g', '1000');
    const plane = await memoryPlane(slow);
    const working = jobCalled('files.video').execute(plane.ctx, plane.payload);
    await new Promise((resolve) => setTimeout(resolve, 150));
    const aborted = performance.now();
    plane.stop.abort(new Error('cancelled'));
    await expect(working).rejects.toThrow('cancelled');
    expect(performance.now() - aborted).toBeLessThan(1000);
    expect([...children().values()].join('\n')).not.toMatch(/ffmpeg|ffprobe|guarded/);
  });
});

describe('files.audio', () => {
  test('writes dimensions and tags to the file and the result', async () => {
    const { file, result } = await run('files.audio', await sound('mp3'), {
      filename: 'a.mp3',
      contentType: 'audio/mpeg',
    });
    expect(file['dimensions']).toMatchObject({ codec: 'mp3', sample_rate: 44_100, channels: 1, bit_rate: 64_000 });
    expect(file['metadata']).toEqual({
      title: 'A Tone',
      artist: 'The Examples',
      album: 'Tests',
      genre: 'Electronic',
      year: '2026',
      track: '1/2',
      format: 'mp3',
    });
    expect(result).toEqual({ dimensions: file['dimensions'], additional: file['metadata'] });
  });
});
