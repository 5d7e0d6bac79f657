/** `type/subtype` of RFC 9110 with nothing behind it; safe to send as a header as it stands. */
const BARE_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;

/** A content type without its parameters, in lower case. */
export function bareType(contentType: string): string {
  return contentType.replace(/;.*$/s, '').trim().toLowerCase();
}

/** The bare type when it is one, or undefined. */
export function parseMediaType(contentType: string | undefined): string | undefined {
  if (contentType === undefined) return undefined;
  const bare = bareType(contentType);
  return BARE_TYPE.test(bare) ? bare : undefined;
}
