// Optional: every page works without it. It keeps the page fresh in place, without losing what is open or focused.
const root = document.documentElement;
const seconds = Number(root.dataset.refresh);

const isPicking = () => document.querySelector('.rows tbody :checked') !== null;

// A page that somebody reads with open menus, a selection or a focused field waits.
function isBusy() {
  const selected = getSelection()?.isCollapsed === false;
  const field = document.activeElement?.matches('input, textarea, select') === true;
  return (
    document.hidden || isPicking() || selected || field || document.querySelector('.menu[open], :popover-open') !== null
  );
}

function replace(selector, page) {
  const [old, fresh] = [document.querySelector(selector), page.querySelector(selector)];
  if (old === null || fresh === null || old.innerHTML === fresh.innerHTML) return;
  const open = [...old.querySelectorAll('details')].map((details) => details.open);
  const before = old.querySelectorAll('details').length;
  const focused = document.activeElement?.closest('main') ? document.activeElement.getAttribute('href') : null;
  old.replaceChildren(...fresh.childNodes);
  const now = old.querySelectorAll('details');
  if (now.length === before) now.forEach((details, index) => (details.open = open[index]));
  if (focused !== null) old.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

async function refresh() {
  if (!isBusy()) {
    try {
      const answer = await fetch(location.href, { headers: { 'x-refresh': '1' }, signal: AbortSignal.timeout(10_000) });
      // Signed out, or gone elsewhere: let the browser go there too.
      if (answer.redirected) return location.reload();
      if (answer.ok && !isBusy()) {
        const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
        for (const selector of ['main', '.seven', '.foot', 'nav.main']) replace(selector, page);
        document.title = page.title;
        const icons = [...page.querySelectorAll('symbol')].filter(({ id }) => document.getElementById(id) === null);
        document.querySelector('body > svg.sr')?.append(...icons);
      }
      root.classList.toggle('stale', !answer.ok);
    } catch {
      root.classList.add('stale');
    }
  }
  setTimeout(refresh, seconds * 1000);
}

if (seconds > 0) setTimeout(refresh, seconds * 1000);
