import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { inRoot } from './root.mjs';
import { giveUp, say, seconds } from './say.mjs';
import { inTurn } from './turn.mjs';

/**
 * Finds ffmpeg and ffprobe: what FFMPEG_PATH names, else what is on PATH, else the distribution's package (as root, where
 * apt is), else binaries that come inside npm packages, which are old and meant for development only. Returns the variables
 * that tell the worker where they are.
 */
export async function ensureMediaTools() {
  const { FFMPEG_PATH, FFPROBE_PATH } = process.env;
  if (FFMPEG_PATH) return named(FFMPEG_PATH, FFPROBE_PATH);
  if (isOnPath()) return {};
  if (process.getuid?.() === 0 && runs('apt-get', '--version')) {
    await inTurn('media-tools', () => {
      if (!isOnPath()) installWithApt();
    });
    if (isOnPath()) return {};
  }
  return fromPackages();
}

function named(ffmpeg, ffprobe) {
  const sibling = join(dirname(ffmpeg), 'ffprobe');
  const probe = ffprobe || (existsSync(sibling) ? sibling : 'ffprobe');
  if (!runs(ffmpeg)) giveUp(`FFMPEG_PATH names ${ffmpeg}, which does not run: correct or unset it.`);
  if (!runs(probe)) giveUp(`${probe} does not run: set FFPROBE_PATH to the ffprobe that belongs to ${ffmpeg}.`);
  return { FFMPEG_PATH: ffmpeg, FFPROBE_PATH: probe };
}

function installWithApt() {
  const startedAt = performance.now();
  say(`installing the distribution's ffmpeg with apt-get, because there is none`);
  const options = { encoding: 'utf8', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const lock = ['-o', 'DPkg::Lock::Timeout=120'];
  spawnSync('apt-get', [...lock, 'update', '-q'], options);
  const result = spawnSync('apt-get', [...lock, 'install', '-y', '-q', '--no-install-recommends', 'ffmpeg'], options);
  if (result.status === 0) say(`installed ${version('ffmpeg')} in ${seconds(startedAt)}`);
  else say(`apt-get could not install ffmpeg (${(result.stderr ?? '').trim().split('\n').at(-1)})`);
}

function fromPackages() {
  const require = createRequire(inRoot('package.json'));
  const locate = (name) => {
    const launcher = require.resolve(`@${name}-installer/${name}/package.json`);
    const platform = `@${name}-installer/${process.platform}-${process.arch}/package.json`;
    return join(
      dirname(createRequire(launcher).resolve(platform)),
      process.platform === 'win32' ? `${name}.exe` : name,
    );
  };
  try {
    const found = { FFMPEG_PATH: locate('ffmpeg'), FFPROBE_PATH: locate('ffprobe') };
    if (!runs(found.FFMPEG_PATH) || !runs(found.FFPROBE_PATH)) throw new Error('they do not run here');
    say(
      `using the ffmpeg of an npm package (${version(found.FFMPEG_PATH)}): old, for development only; install your system's`,
    );
  } catch (error) {
    say(`there is no ffmpeg (${error.message.split('\n')[0]}): video and audio files will fail until one is installed`);
  }
  // The worker looks in the same place, and must know that these are not the system's.
  return {};
}

const isOnPath = () => runs('ffmpeg') && runs('ffprobe');
const runs = (program, flag = '-version') => spawnSync(program, [flag], { stdio: 'ignore' }).status === 0;

function version(program) {
  const { stdout } = spawnSync(program, ['-version'], { encoding: 'utf8' });
  return /^ffmpeg version \S+/.exec(stdout ?? '')?.[0].replace(' version', '') ?? 'ffmpeg';
}
