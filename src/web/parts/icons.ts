const LINE = ' fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"';

/** The shapes, each on a field of 16 by 16. Class `k` paints a stroke in the colour of the panel behind it. */
const SHAPES = {
  audit: `<path d="M6.8 9.2a2.9 2.9 0 0 1 0-4.1l1.6-1.6a2.9 2.9 0 0 1 4.1 4.1l-.8.8M9.2 6.8a2.9 2.9 0 0 1 0 4.1l-1.6 1.6a2.9 2.9 0 0 1-4.1-4.1l.8-.8"${LINE}/>`,
  cancel: `<circle cx="8" cy="8" r="6"${LINE}/><path d="M4 12l8-8"${LINE}/>`,
  closed: `<path d="M1.5 8h13"${LINE}/><circle cx="5" cy="8" r="1.6" fill="currentColor"/><circle cx="11" cy="8" r="1.6" fill="currentColor"/>`,
  dead: '<path d="M2.4 15V7.2a5.6 5.6 0 0 1 11.2 0V15z" fill="currentColor"/><path class="k" d="M8 5v6M5.8 7.2h4.4" fill="none" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/>',
  deadl: `<path d="M3 14V7.2a5 5 0 0 1 10 0V14z"${LINE}/><path d="M8 5.6v5M6.2 7.4h3.6"${LINE}/>`,
  done: '<circle cx="8" cy="8" r="7" fill="currentColor"/><path class="k" d="M4.9 8.2l2.2 2.2 4.1-4.6" fill="none" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/>',
  dot: '<circle cx="8" cy="8" r="4.5" fill="currentColor"/>',
  down: `<path d="M4 6l4 4 4-4"${LINE}/>`,
  drain: `<circle cx="8" cy="8" r="6"${LINE}/><path d="M8 4.8v6M5.6 8.6 8 11l2.4-2.4"${LINE}/>`,
  fail: '<path d="M8 .6 15.4 8 8 15.4.6 8z" fill="currentColor"/><path class="k" d="M6 6l4 4M10 6l-4 4" fill="none" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/>',
  failures: `<path d="M8 1.6 14.4 8 8 14.4 1.6 8z"${LINE}/><path d="M6.3 6.3l3.4 3.4M9.7 6.3 6.3 9.7"${LINE}/>`,
  filter: `<path d="M2 4h12M4.5 8h7M7 12h2"${LINE}/>`,
  find: `<circle cx="7" cy="7" r="4.6"${LINE}/><path d="M10.6 10.6 14 14"${LINE}/>`,
  flag: `<path d="M4 14V2.5h8L10 5.5l2 3H4"${LINE}/>`,
  half: `<circle cx="8" cy="8" r="6"${LINE}/><path d="M8 2v12"${LINE}/>`,
  jobs: `<path d="M2.5 4h.01M2.5 8h.01M2.5 12h.01M6 4h8M6 8h8M6 12h8"${LINE}/>`,
  limits: `<path d="M2.4 12a6.2 6.2 0 1 1 11.2 0"${LINE}/><path d="M8 9.4l3-3.6"${LINE}/>`,
  lock: `<rect x="3" y="7" width="10" height="7" rx="1.5"${LINE}/><path d="M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2"${LINE}/>`,
  menu: `<path d="M2 4h12M2 8h12M2 12h12"${LINE}/>`,
  off: '<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="2.2 2.5"/>',
  open: `<path d="M1.5 8h4l4-4M10.5 8h4"${LINE}/>`,
  overview: `<path d="M2 13V9M6 13V5M10 13V7.5M14 13V3"${LINE}/>`,
  pause:
    '<path d="M5.2 3.4v9.2M10.8 3.4v9.2" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round"/>',
  queues: `<rect x="2" y="2.6" width="12" height="3" rx="1"${LINE}/><rect x="2" y="8" width="12" height="2.4" rx="1"${LINE}/><path d="M3 13.4h10"${LINE}/>`,
  ready: `<circle cx="8" cy="8" r="5.6"${LINE}/>`,
  retry: `<path d="M13.4 8.6A5.5 5.5 0 1 1 12 4.2"${LINE}/><path d="M12.6 1.6v3h-3"${LINE}/>`,
  run: `<circle cx="8" cy="8" r="6"${LINE}/><path d="M8 4.4a3.6 3.6 0 0 1 0 7.2z" fill="currentColor"/>`,
  schedules: `<rect x="2" y="3" width="12" height="11" rx="1.6"${LINE}/><path d="M2 6.6h12M5.2 1.6v2.6M10.8 1.6v2.6"${LINE}/>`,
  settings: `<path d="M2 5h6M12 5h2M2 11h2M8 11h6"${LINE}/><circle cx="10" cy="5" r="1.8"${LINE}/><circle cx="6" cy="11" r="1.8"${LINE}/>`,
  sq: '<rect x="1" y="1" width="14" height="14" rx="2" fill="currentColor"/>',
  user: `<circle cx="8" cy="5.4" r="2.6"${LINE}/><path d="M2.8 14a5.2 5.2 0 0 1 10.4 0"${LINE}/>`,
  wait: `<circle cx="8" cy="8" r="6"${LINE}/><path d="M8 4.8V8l2.2 1.6"${LINE}/>`,
  warn: `<path d="M8 1.8 15 14H1z"${LINE}/><path d="M8 6.2v3.6M8 11.8v.1"${LINE}/>`,
  workers: `<path d="M8 1.8 13.4 5v6L8 14.2 2.6 11V5z"${LINE}/><circle cx="8" cy="8" r="1.7" fill="currentColor"/>`,
  workflows: `<circle cx="3.5" cy="8" r="1.9"${LINE}/><circle cx="12.5" cy="3.7" r="1.9"${LINE}/><circle cx="12.5" cy="12.3" r="1.9"${LINE}/><path d="M5.2 7.2 10.8 4.5M5.2 8.8l5.6 2.7"${LINE}/>`,
  x: `<path d="M4.5 4.5l7 7M11.5 4.5l-7 7"${LINE}/>`,
} as const;

export type IconName = keyof typeof SHAPES;

const LOGO =
  '<path d="M8.2 4 4 6.4v10.4L12 21.4l8-4.6V6.4L15.8 4" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/><path d="M12 2.4v7" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/><circle cx="12" cy="13" r="2.7" fill="currentColor"/>';

/** The symbols that a rendered page refers to, so that it carries no other; put once at the start of its body. */
export function symbolsFor(body: string): string {
  const used = new Set([...body.matchAll(/<use href="#([a-z]+)"/g)].map((match) => match[1]));
  const shapes = Object.entries(SHAPES).filter(([name]) => used.has(name));
  const symbols = shapes.map(([name, shape]) => `<symbol id="${name}" viewBox="0 0 16 16">${shape}</symbol>`);
  if (used.has('logo')) symbols.push(`<symbol id="logo" viewBox="0 0 24 24">${LOGO}</symbol>`);
  return symbols.length === 0 ? '' : `<svg class="sr" aria-hidden="true">${symbols.join('')}</svg>`;
}
