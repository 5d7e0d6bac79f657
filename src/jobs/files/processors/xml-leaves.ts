import { SaxesParser } from 'saxes';

/**
 * The text of each element that holds only text, by its name without the prefix; of equal names the first counts. A
 * document type, which could define entities without end, ends the reading, and so does XML that is not well formed:
 * what was read until then is given.
 */
export function xmlLeaves(xml: string): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  const parser = new SaxesParser({ xmlns: false });
  let text = '';
  let stopped = false;
  const keep = (name: string, value: string) => {
    if (!stopped && !leaves.has(name) && value.trim() !== '') leaves.set(name, value.trim());
  };
  parser.on('doctype', () => {
    stopped = true;
  });
  parser.on('error', () => {
    stopped = true;
  });
  parser.on('opentag', ({ attributes }) => {
    text = '';
    for (const [name, value] of Object.entries(attributes)) keep(`@${localName(name)}`, value);
  });
  parser.on('text', (more) => {
    text += more;
  });
  parser.on('closetag', ({ name }) => {
    keep(localName(name), text);
    text = '';
  });
  parser.write(xml).close();
  return leaves;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
