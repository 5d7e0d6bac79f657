// Keyboard: g and a letter goes to a page, / searches, j k move, x picks, Enter opens, ? shows them all.
let going = -Infinity;
let row = -1;
const rowsOf = () => [...document.querySelectorAll('main table.stick tbody tr:not(.sub)')];

function move(by) {
  const rows = rowsOf();
  if (rows.length === 0) return;
  row = Math.max(0, Math.min(rows.length - 1, row + by));
  const link = rows[row].querySelector('a, button, input');
  link?.focus();
  rows[row].scrollIntoView({ block: 'nearest' });
}

// A refresh or a press elsewhere may have moved the focus: the row that has it is the one that counts.
function rowNow() {
  const focused = document.activeElement?.closest('main table.stick tbody tr');
  const at = focused ? rowsOf().indexOf(focused) : -1;
  if (at >= 0) row = at;
  return rowsOf()[row];
}

async function help() {
  let dialog = document.querySelector('dialog.keys');
  if (!dialog) {
    const answer = await fetch(new URL('keys', document.querySelector('.brand').href));
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    dialog = document.createElement('dialog');
    dialog.className = 'keys';
    dialog.setAttribute('aria-label', 'Keys');
    dialog.append(...page.querySelector('main').childNodes);
    dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
    document.body.append(dialog);
  }
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

const openMenu = (selector) => {
  const menu = document.querySelector(selector);
  if (!menu) return;
  menu.open = true;
  menu.querySelector('button, a')?.focus();
};

const DEEDS = {
  '/': () => document.querySelector('[role=search] input:not([type=hidden])')?.focus(),
  '?': () => void help(),
  j: () => (rowNow(), move(1)),
  k: () => (rowNow(), move(-1)),
  x: () => rowNow()?.querySelector('.pick input')?.click(),
  r: () => openMenu('.menu.pace'),
  t: () => openMenu('.menu.person'),
  '.': () =>
    (document.querySelector('.selbar .btn:not([hidden])')?.offsetParent
      ? document.querySelector('.selbar .btn')
      : document.querySelector('.head .acts .btn')
    )?.focus(),
};

document.addEventListener('keydown', (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (target.matches('input:not([type=checkbox]), textarea, select')) {
    if (key === 'Escape') target.blur();
    return;
  }
  if (document.querySelector('dialog[open]') && key !== '?') return;
  if (going > event.timeStamp - 1500) {
    going = -Infinity;
    const link = document.querySelector(`nav.main a[data-go="${CSS.escape(key)}"]`);
    if (link) {
      event.preventDefault();
      link.click();
    }
    return;
  }
  if (key === 'g') going = event.timeStamp;
  else if (key === 'Enter' && target.matches('.pick input')) {
    // Otherwise the browser would send the form that the box is in.
    event.preventDefault();
    rowNow()?.querySelector('.grow a')?.click();
  } else if (Object.hasOwn(DEEDS, key)) {
    event.preventDefault();
    DEEDS[key]();
  }
});
