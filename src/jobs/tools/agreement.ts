import { BadInput } from '../errors.ts';
import { kindOfName, kindOfType, type ContentKind } from './content-kinds.ts';
import { sniff, type Sniffed } from './sniff.ts';

export type Declared = { readonly filename: string; readonly contentType: string };

const KIND_WORDS: Readonly<Record<ContentKind, string>> = {
  image: 'an image',
  video: 'a video',
  audio: 'a sound file',
  document: 'a document',
};

/**
 * What a file is by its content, after checking that its name and its declared content type do not claim another
 * kind of thing. A JPEG called .png passes: both are images, and the content decides. Throws BadInput
 * `wrong_content_type` with a reason that names the claim and the truth.
 */
export async function identify(path: string, declared: Declared): Promise<Sniffed> {
  const found = await sniff(path);
  const named = kindOfName(declared.filename);
  if (named !== undefined) check(found, named.kind, `The name ends in .${named.extension}`);
  const typed = kindOfType(declared.contentType);
  if (typed !== undefined) check(found, typed, `The file was sent as ${declared.contentType}`);
  return found;
}

function check(found: Sniffed, claimed: ContentKind, claim: string): void {
  if (found.known === 'processed' && found.facts.kinds.includes(claimed)) return;
  // An image or a film of a kind that has no processor keeps its claim, and is refused as what it is, later.
  if (found.known === 'named' && kindOfType(found.contentType) === claimed) return;
  if (found.known === 'svg' && claimed === 'image') return;
  throw new BadInput(
    'wrong_content_type',
    `${claim}, which stands for ${KIND_WORDS[claimed]}, but the content is ${describe(found)}.`,
  );
}

/** The content in words: "a PDF document", "plain text". */
export function describe(found: Sniffed): string {
  switch (found.known) {
    case 'processed':
      return withArticle(found.facts.label);
    case 'named':
      return `of the type ${found.contentType}`;
    case 'svg':
      return 'an SVG drawing';
    case 'text':
      return 'plain text';
    case 'nothing':
      return 'nothing that is known here (damaged, or of another kind)';
  }
}

/** By sound: an MP4 video, an Excel workbook, a JPEG image. */
function withArticle(label: string): string {
  return /^(?:[AEO]|M[P4]|RTF)/.test(label) ? `an ${label}` : `a ${label}`;
}
