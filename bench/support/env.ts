/** The one variable that child processes of the bench inherit. */
export function readBenchPath(): string {
  return process.env['PATH'] ?? '/usr/bin:/bin';
}
