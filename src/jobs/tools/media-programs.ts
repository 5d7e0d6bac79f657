import { createRequire } from 'node:module';
import { ToolUnavailable } from '../errors.ts';
import { findProgram, isExecutable } from './find-program.ts';
import type { Guard } from './guard.ts';
import { launch } from './launch.ts';
import { PROBE_LIMITS } from './resource-limits.ts';

export type ProgramSource = 'configured' | 'path' | 'npm';

export type MediaProgram = {
  readonly path: string;
  readonly version: string;
  /** `npm` is a binary that comes inside a development dependency: old, so never meant for strangers' files. */
  readonly source: ProgramSource;
};

export type MediaProgramOptions = {
  readonly ffmpegPath?: string | undefined;
  readonly ffprobePath?: string | undefined;
  /** A PATH value. */
  readonly searchPath: string;
};

type Role = 'ffmpeg' | 'ffprobe';
const PACKAGES = { ffmpeg: '@ffmpeg-installer/ffmpeg', ffprobe: '@ffprobe-installer/ffprobe' } as const;

/**
 * Finds ffmpeg or ffprobe: the configured path, else PATH, else the npm package. A configured path is never passed
 * over: when it does not work, that is said. Throws ToolUnavailable.
 */
export async function findMediaProgram(guard: Guard, role: Role, options: MediaProgramOptions): Promise<MediaProgram> {
  const { path, source } = await locate(role, options);
  const version = await versionOf(guard, role, path);
  return { path, version, source };
}

async function locate(role: Role, options: MediaProgramOptions): Promise<{ path: string; source: ProgramSource }> {
  const configured = role === 'ffmpeg' ? options.ffmpegPath : options.ffprobePath;
  if (configured !== undefined && configured !== '') {
    if (await isExecutable(configured)) return { path: configured, source: 'configured' };
    throw new ToolUnavailable(`expected ${role} at ${configured}, got no program there`);
  }
  const found = await findProgram(role, options.searchPath);
  if (found !== undefined) return { path: found, source: 'path' };
  const packaged = packagedPath(role);
  if (packaged !== undefined && (await isExecutable(packaged))) return { path: packaged, source: 'npm' };
  throw new ToolUnavailable(`${role} is not installed: expected it in PATH or at ${role.toUpperCase()}_PATH`);
}

function packagedPath(role: Role): string | undefined {
  try {
    const found: unknown = createRequire(import.meta.url)(PACKAGES[role]);
    if (typeof found !== 'object' || found === null || !('path' in found)) return undefined;
    return typeof found.path === 'string' ? found.path : undefined;
  } catch {
    return undefined;
  }
}

async function versionOf(guard: Guard, role: Role, path: string): Promise<string> {
  const { code, stdout, stderr } = await launch(guard, {
    program: path,
    args: ['-version'],
    limits: PROBE_LIMITS,
    deadlineMs: 15_000,
    outputBytes: 64 * 1024,
    signal: AbortSignal.timeout(20_000),
  });
  const version = /^\S+ version (\S+)/.exec(stdout)?.[1];
  if (code === 0 && version !== undefined) return version;
  throw new ToolUnavailable(
    `expected ${role} at ${path} to tell its version, got: ${(stderr || stdout).slice(0, 200)}`,
  );
}
