/** A path of this site, or the fallback: what a form says of where to go next must not lead elsewhere. */
export function localPath(value: unknown, fallback: string): string {
  if (typeof value !== 'string' || value.length > 2_000 || !/^\/(?![/\\])[\x21-\x7e]*$/.test(value)) return fallback;
  const resolved = new URL(value, 'http://here.invalid');
  // `/..//elsewhere` resolves to a path that a browser would take for a host.
  if (resolved.host !== 'here.invalid' || resolved.pathname.startsWith('//')) return fallback;
  return `${resolved.pathname}${resolved.search}`;
}
