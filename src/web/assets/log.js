// A log that is followed stays at its end, unless its reader has scrolled up. And what is to be copied can be.
let atEnd = true;
const followed = () => document.querySelector('.log[data-follow]');
const toEnd = () => {
  const log = followed();
  if (log && atEnd) log.scrollTop = log.scrollHeight;
};
toEnd();
document.addEventListener('refreshed', toEnd);
document.addEventListener(
  'scroll',
  ({ target }) => {
    if (target === followed()) atEnd = target.scrollHeight - target.scrollTop - target.clientHeight < 24;
  },
  true,
);

document.addEventListener('click', async ({ target }) => {
  if (!target.matches('[data-copy]')) return;
  await navigator.clipboard?.writeText(target.parentElement.querySelector('pre').textContent);
  target.textContent = 'Copied';
});
