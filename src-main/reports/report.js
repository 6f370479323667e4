// Behaviour of the exported pages. They can be read without it.
const isIndex = document.body.classList.contains('index');
const remembered = 'clipsam-layers';

if (isIndex) startIndex();
else startImage();

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input')) return;
  const key = event.key === 'Escape' ? 'u' : event.key.toLowerCase();
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target) return;
  event.preventDefault();
  target.click();
});

function startIndex() {
  const cards = [...document.querySelectorAll('.card')];
  const buttons = [...document.querySelectorAll('[data-filter]')];
  const search = document.querySelector('input[type=search]');
  const empty = document.querySelector('.empty');
  let filter = '';
  const apply = () => {
    const text = search.value.trim().toLowerCase();
    let shown = 0;
    for (const card of cards) {
      const isOfKind =
        filter === '' ||
        card.dataset.badge === filter ||
        (filter === 'doubtful' && 'doubtful' in card.dataset);
      card.hidden = !isOfKind || !card.dataset.name.includes(text);
      if (!card.hidden) shown++;
    }
    for (const button of buttons)
      button.setAttribute('aria-pressed', String(button.dataset.filter === filter));
    empty.hidden = shown > 0;
  };
  for (const button of buttons) {
    button.addEventListener('click', () => {
      filter = button.dataset.filter;
      apply();
    });
  }
  search.addEventListener('input', apply);
  document.addEventListener('keydown', (event) => {
    const step = { j: 1, k: -1 }[event.key.toLowerCase()];
    if (!step || event.target.matches('input')) return;
    const shown = cards.filter((card) => !card.hidden);
    const at = shown.indexOf(document.activeElement);
    const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), shown.length - 1);
    shown[next]?.focus();
  });
}

function startImage() {
  const layers = (name) => document.querySelectorAll(`[data-layer="${name}"]`);
  const buttons = [...document.querySelectorAll('[data-toggle]')];
  const set = (button, on) => {
    button.setAttribute('aria-pressed', String(on));
    for (const layer of layers(button.dataset.toggle)) layer.toggleAttribute('hidden', !on);
  };
  const isOn = (button) => button.getAttribute('aria-pressed') === 'true';
  const saved = restore();
  for (const button of buttons) {
    const name = button.dataset.toggle;
    if (name in saved) set(button, saved[name]);
    button.addEventListener('click', () => {
      set(button, !isOn(button));
      saved[name] = isOn(button);
      remember(saved);
    });
  }
  const bare = (on) => document.body.classList.toggle('bare', on);
  document.addEventListener('keydown', (event) => {
    if (event.key !== ' ') return;
    event.preventDefault();
    bare(true);
  });
  document.addEventListener('keyup', (event) => event.key === ' ' && bare(false));
  window.addEventListener('blur', () => bare(false));
  highlight('.regioncard', 'region', '.stage [data-region]');
  highlight('[data-show-level]', 'showLevel', '.stage [data-level]');
}

/** Marks what in the picture belongs to the row that is pointed at or has the focus. */
function highlight(rows, key, marks) {
  for (const row of document.querySelectorAll(rows)) {
    const own = [...document.querySelectorAll(marks)].filter(
      (mark) => (mark.dataset.level ?? mark.dataset.region) === row.dataset[key],
    );
    const show = (on) => {
      for (const mark of own) mark.classList.toggle('active', on);
    };
    row.addEventListener('pointerenter', () => show(true));
    row.addEventListener('pointerleave', () => show(false));
    row.addEventListener('focus', () => show(true));
    row.addEventListener('blur', () => show(false));
  }
}

/** Browsers may forbid pages opened from disk to store anything: the layers are then as at first on every page. */
function remember(saved) {
  try {
    sessionStorage.setItem(remembered, JSON.stringify(saved));
  } catch {}
}

function restore() {
  try {
    return JSON.parse(sessionStorage.getItem(remembered)) ?? {};
  } catch {
    return {};
  }
}
