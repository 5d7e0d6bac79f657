// Keeps the page fresh in place. The server says when something changed; the page then asks for itself again, never more
// often than its reader wants. Where no word comes through, it asks at that pace.
const root = document.documentElement;
const seconds = Number(root.dataset.refresh);
// Relative times grow old even where nothing happens.
const LONGEST_MS = 20_000;

let source;
let heard = true;
let latest = performance.now();
let timer = 0;

const isPicking = () => document.querySelector('.rows tbody :checked') !== null;

// A page whose reader has something open, picked, marked or half typed waits.
function isBusy() {
  const marked = getSelection()?.isCollapsed === false;
  const field = document.activeElement?.matches('input:not([type=checkbox]), textarea, select') === true;
  const open = document.querySelector('.menu[open], :popover-open, dialog[open]') !== null;
  return isAway() || isPicking() || marked || field || open;
}
const isAway = () => document.hidden || root.classList.contains('blurred');

function replace(selector, page) {
  const [old, fresh] = [document.querySelector(selector), page.querySelector(selector)];
  if (old && fresh) document.dispatchEvent(new CustomEvent('morph', { detail: { old, fresh } }));
}

async function refresh() {
  heard = false;
  latest = performance.now();
  try {
    const answer = await fetch(location.href, { headers: { 'x-refresh': '1' }, signal: AbortSignal.timeout(10_000) });
    // Signed out, or gone elsewhere: let the browser go there too.
    if (answer.redirected) return location.reload();
    if (answer.ok && !isBusy()) {
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const icons = [...page.querySelectorAll('symbol')].filter(({ id }) => !document.getElementById(id));
      document.querySelector('body > svg.sr')?.append(...icons);
      for (const selector of ['main', '.seven', '.foot', 'nav.main']) replace(selector, page);
      document.title = page.title;
      const icon = page.querySelector('link[rel=icon]')?.getAttribute('href');
      document.querySelector('link[rel=icon]')?.setAttribute('href', icon);
      if (!page.documentElement.dataset.refresh) stop();
      document.dispatchEvent(new Event('refreshed'));
    } else heard = true;
    root.classList.toggle('stale', !answer.ok);
  } catch {
    root.classList.add('stale');
    heard = true;
  }
}

function tick() {
  const age = performance.now() - latest;
  const isDue = heard || source?.readyState !== EventSource.OPEN || age > LONGEST_MS;
  if (isDue && age >= seconds * 1000 && !isBusy()) void refresh();
}

function listen() {
  if (source || isAway()) return;
  source = new EventSource(
    new URL(
      `stream${document.querySelector('main [data-stream]')?.dataset.stream ?? ''}`,
      document.querySelector('.brand').href,
    ),
  );
  source.addEventListener('change', () => (heard = true));
  // What happened while no word could come through is not told again.
  source.addEventListener('open', () => (heard = true));
}

function rest() {
  source?.close();
  source = undefined;
}

function stop() {
  rest();
  clearInterval(timer);
}

function away(isBlurred) {
  root.classList.toggle('blurred', isBlurred);
  if (isAway()) return rest();
  heard = true;
  listen();
}

if (seconds > 0) {
  listen();
  timer = setInterval(tick, 250);
  addEventListener('blur', () => away(true));
  addEventListener('focus', () => away(false));
  document.addEventListener('visibilitychange', () => away(!document.hasFocus()));
  addEventListener('pagehide', rest);
}
