// Shift picks a range, the box in the head picks the page. Listens at the document, because refreshes replace tables.
let last;
const boxesOf = (form) => [...form.querySelectorAll('tbody .pick [type=checkbox]')];

document.addEventListener('click', (event) => {
  const clear = event.target.closest('[data-clear]');
  if (clear) {
    event.preventDefault();
    for (const box of clear.closest('form').querySelectorAll('.pick [type=checkbox]')) box.checked = false;
    return;
  }
  const box = event.target.closest('.pick [type=checkbox]');
  const form = box?.closest('form.rows');
  if (!form) return;
  const boxes = boxesOf(form);
  if (box.closest('thead')) {
    for (const each of boxes) each.checked = box.checked;
    return;
  }
  const at = boxes.indexOf(box);
  const from = boxes.indexOf(last);
  if (event.shiftKey && from >= 0) {
    for (let i = Math.min(at, from); i <= Math.max(at, from); i += 1) boxes[i].checked = box.checked;
  }
  last = box;
});
