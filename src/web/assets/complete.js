// How a search may go on: a list below the field, with arrows, Enter and Tab. Without it the field works all the same.
let list;
let waiting = 0;
let asked = '';

const field = () => document.querySelector('[data-suggest] input[type=search]');

// The term that the cursor stands in: from the last space outside of quotes.
function termOf(input) {
  const before = input.value.slice(0, input.selectionStart);
  const start = /(?:[^\s"]|"(?:\\.|[^"\\])*"?)*$/.exec(before).index;
  return { start, term: before.slice(start) };
}

function close() {
  list?.remove();
  list = undefined;
  const input = field();
  input?.setAttribute('aria-expanded', 'false');
  input?.removeAttribute('aria-activedescendant');
}

function select(option) {
  for (const each of list.children) each.setAttribute('aria-selected', String(each === option));
  option.scrollIntoView({ block: 'nearest' });
  field().setAttribute('aria-activedescendant', option.id);
}

function take(option) {
  const input = field();
  const { start } = termOf(input);
  const rest = input.value.slice(input.selectionStart);
  // A qualifier goes on with its value; a value is followed by the next term.
  const text = option.dataset.term + (/[:.]$/.test(option.dataset.term) ? '' : ' ');
  input.value = input.value.slice(0, start) + text + rest;
  input.setSelectionRange(start + text.length, start + text.length);
  close();
  if (!text.endsWith(' ')) void offer(input);
}

async function offer(input) {
  const { term } = termOf(input);
  asked = term;
  const address = input.closest('[data-suggest]').dataset.suggest;
  const answer = await fetch(`${address}?term=${encodeURIComponent(term)}`).catch(() => undefined);
  if (!answer?.ok || answer.redirected || asked !== term || document.activeElement !== input) return;
  const { suggestions } = await answer.json();
  close();
  if (suggestions.length === 0 || (suggestions.length === 1 && suggestions[0].term === term)) return;
  list = document.createElement('ul');
  list.className = 'offers';
  list.id = 'offers';
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', 'How the search may go on');
  suggestions.forEach(({ term: text, hint }, index) => {
    const option = document.createElement('li');
    option.id = `offer-${index}`;
    option.setAttribute('role', 'option');
    option.setAttribute('aria-selected', 'false');
    option.dataset.term = text;
    const small = document.createElement('small');
    small.textContent = hint;
    option.append(text, small);
    list.append(option);
  });
  input.closest('.box').append(list);
  input.setAttribute('role', 'combobox');
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-controls', 'offers');
  input.setAttribute('aria-expanded', 'true');
}

document.addEventListener('input', ({ target }) => {
  if (target !== field()) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => void offer(target), 120);
});
document.addEventListener('focusin', ({ target }) => {
  if (target === field()) void offer(target);
  else if (list && !target.closest('.offers')) close();
});
document.addEventListener('pointerdown', (event) => {
  const option = event.target.closest('.offers li');
  if (!option) return list && event.target !== field() ? close() : undefined;
  event.preventDefault();
  take(option);
});
document.addEventListener('keydown', (event) => {
  if (!list || event.target !== field()) return;
  const options = [...list.children];
  const at = options.findIndex((option) => option.getAttribute('aria-selected') === 'true');
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    event.preventDefault();
    const step = event.key === 'ArrowDown' ? 1 : -1;
    select(options[(at + step + options.length) % options.length]);
  } else if ((event.key === 'Enter' || event.key === 'Tab') && at >= 0) {
    event.preventDefault();
    take(options[at]);
  } else if (event.key === 'Escape') {
    event.stopPropagation();
    close();
  }
});
