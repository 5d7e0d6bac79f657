/** A path of this site, or the fallback: what a form says of where to go next must not lead elsewhere. */
export function localPath(value: unknown, fallback: string): string {
  if (typeof value !== 'string' || value.length > 2_000 || !/^\/(?![/\\])[\x21-\x7e]*$/.test(value)) return fallback;
  const resolved = new URL(value, 'http://here.invalid');
  return resolved.host === 'here.invalid' ? `${resolved.pathname}${resolved.search}` : fallback;
}
