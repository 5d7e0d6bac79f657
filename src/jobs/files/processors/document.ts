import { BadInput } from '../../errors.ts';
import type { ContentFacts } from '../../tools/content-kinds.ts';
import { kindOfName } from '../../tools/content-kinds.ts';
import type { ExifTags } from '../../tools/exiftool.ts';
import { pdfFault } from './pdf-frame.ts';
import { plainDate, plainNumber, plainText, present } from './plain-text.ts';
import type { ProcessorInput } from './processor-input.ts';
import { xmlLeaves } from './xml-leaves.ts';
import { readZipMembers } from './zip-members.ts';

const TAGS = [
  'Title',
  'Author',
  'Creator',
  'Software',
  'AppName',
  'PageCount',
  'Pages',
  'Slides',
  'CreateDate',
  'ModifyDate',
];
const OFFICE = ['docProps/core.xml', 'docProps/app.xml'];
const OPEN_DOCUMENT = ['meta.xml'];

export type DocumentProperties = ReturnType<typeof properties>;

/**
 * What a document says of itself; `author` is a person, `creator` the program that wrote it. Throws BadInput when the
 * file is cut off or otherwise unreadable; a document that says nothing has no properties, and that is no fault. Nor is a
 * part with broken XML in a container that is whole: what it said until there counts, and its pages are not touched by it.
 */
export async function readDocument(input: ProcessorInput, content: ContentFacts): Promise<DocumentProperties> {
  if (/^(docx|dotx|xlsx|xltx|pptx|ppsx|potx)$/.test(content.format)) return readOffice(input, content);
  if (/^od[tsp]$/.test(content.format)) return readOpenDocument(input, content);
  const fault = content.format === 'pdf' ? await pdfFault(input.path) : undefined;
  if (fault !== undefined) throw new BadInput('damaged_input', fault);
  const tags = await input.tools.exif.read(input.path, TAGS, input.signal);
  const error = tags.errors?.[0];
  if (error !== undefined) {
    throw new BadInput('damaged_input', `The ${content.label} is damaged: it cannot be read.`, new Error(error));
  }
  return properties(content, fromTags(tags, input.declared.filename, content));
}

type Found = {
  readonly format?: string | undefined;
  readonly title?: unknown;
  readonly author?: unknown;
  readonly creator?: unknown;
  readonly pages?: unknown;
  readonly created?: unknown;
  readonly modified?: unknown;
};

function properties(content: ContentFacts, found: Found) {
  const known = present({
    title: plainText(found.title),
    author: plainText(found.author),
    creator: plainText(found.creator),
    pages: plainNumber(found.pages),
    created: plainDate(found.created),
    modified: plainDate(found.modified),
  });
  return { format: found.format ?? content.format, ...known };
}

/** The old Office formats share one container; only the name tells them apart. */
function fromTags(tags: ExifTags, filename: string, content: ContentFacts): Found {
  return {
    format: content.format === 'ole' ? kindOfName(filename)?.extension : undefined,
    title: tags['Title'],
    author: tags['Author'],
    creator: tags['Creator'] ?? tags['Software'] ?? tags['AppName'],
    pages: tags['PageCount'] ?? tags['Pages'] ?? tags['Slides'],
    created: tags['CreateDate'],
    modified: tags['ModifyDate'],
  };
}

async function readOffice(input: ProcessorInput, content: ContentFacts): Promise<DocumentProperties> {
  const members = await membersOf(input, content, OFFICE);
  const core = xmlLeaves(members.get('docProps/core.xml') ?? '');
  const app = xmlLeaves(members.get('docProps/app.xml') ?? '');
  return properties(content, {
    title: core.get('title'),
    author: core.get('creator'),
    creator: app.get('Application'),
    pages: app.get('Pages') ?? app.get('Slides'),
    created: core.get('created'),
    modified: core.get('modified'),
  });
}

async function readOpenDocument(input: ProcessorInput, content: ContentFacts): Promise<DocumentProperties> {
  const meta = xmlLeaves((await membersOf(input, content, OPEN_DOCUMENT)).get('meta.xml') ?? '');
  return properties(content, {
    title: meta.get('title'),
    author: meta.get('initial-creator') ?? meta.get('creator'),
    creator: meta.get('generator'),
    pages: meta.get('@page-count'),
    created: meta.get('creation-date'),
    modified: meta.get('date'),
  });
}

async function membersOf(input: ProcessorInput, content: ContentFacts, names: readonly string[]) {
  try {
    return await readZipMembers(input.path, names, input.signal);
  } catch (error) {
    input.signal.throwIfAborted();
    throw new BadInput('damaged_input', `The ${content.label} is damaged: its parts cannot be read.`, error);
  }
}
