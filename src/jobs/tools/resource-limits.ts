/** What a child process may use. A program that goes over is ended by the kernel, not asked. */
export type ResourceLimits = {
  readonly memoryBytes: number;
  readonly cpuSeconds: number;
  /** The largest file it may write; its log and report count too. */
  readonly fileBytes: number;
  readonly openFiles: number;
};

const MIB = 1024 * 1024;

/** Reading a header. ffprobe maps more than it uses: under 400 MiB it does not even start. */
export const PROBE_LIMITS: ResourceLimits = {
  memoryBytes: 1024 * MIB,
  cpuSeconds: 30,
  fileBytes: 4 * MIB,
  openFiles: 64,
};

/** Decoding one picture. The largest allowed (100 megapixels) is a 300 MiB frame, and an uncompressed copy of it. */
export const DECODE_LIMITS: ResourceLimits = {
  memoryBytes: 2048 * MIB,
  cpuSeconds: 60,
  fileBytes: 512 * MIB,
  openFiles: 64,
};

/** One exiftool that serves many files, so its CPU time is that of all of them; it writes nothing. */
export const EXIFTOOL_LIMITS: ResourceLimits = {
  memoryBytes: 400 * MIB,
  cpuSeconds: 600,
  fileBytes: 0,
  openFiles: 64,
};

/** The limits as the arguments of libexec/limited: KiB, seconds, blocks of 512 bytes, files. */
export function limitArguments(limits: ResourceLimits): string[] {
  return [
    Math.ceil(limits.memoryBytes / 1024),
    limits.cpuSeconds,
    Math.ceil(limits.fileBytes / 512),
    limits.openFiles,
  ].map(String);
}
