const LIMIT = 255;
/** Control and format characters; among the latter are those that turn the direction of text, so that `gpj.exe` reads as `exe.jpg`. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A file name that is safe to show, to store and to send back: without its folders, without characters that nobody
 * sees, at most 255 characters with its ending kept, and never empty, `.` or `..`.
 */
export function cleanFilename(given: string | undefined): string {
  const last = (given ?? '').toWellFormed().split(/[/\\]/).at(-1) ?? '';
  const clean = last.normalize('NFC').replace(UNSEEN, '').trim();
  return clean === '' || /^\.{1,2}$/.test(clean) ? 'unnamed' : shorten(clean);
}

function shorten(name: string): string {
  if (name.length <= LIMIT) return name;
  const ending = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? '';
  // Cutting a pair of surrogates in two would leave half a character.
  const stem = name.slice(0, LIMIT - ending.length).replace(/[\uD800-\uDBFF]$/, '');
  return `${stem}${ending}`;
}

/** The header that makes a browser save the bytes under this name; RFC 6266 with RFC 8187's form for every other alphabet. */
export function attachment(filename: string): string {
  const plain = filename.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  return `attachment; filename="${plain}"; filename*=UTF-8''${encode(filename)}`;
}

function encode(filename: string): string {
  const hex = (letter: string) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(filename).replace(/['()*]/g, hex);
}
