// Keys that a phone's keyboard lacks. Ctrl holds for the next one.
const keys = [['Esc', '\x1b'], ['Tab', '\t'], ['Ctrl', null], ['↑', '\x1b[A'], ['↓', '\x1b[B'], ['←', '\x1b[D'], ['→', '\x1b[C']];

/** Shows the keys; CSS hides them where there is a real keyboard. */
export function addKeys(bar, terminal, type) {
  let held = null;
  const release = () => { held?.setAttribute('aria-pressed', 'false'); held = null; };
  for (const [label, text] of keys) {
    const key = document.createElement('button');
    key.type = 'button';
    key.textContent = label;
    key.addEventListener('mousedown', (event) => event.preventDefault()); // the terminal keeps the focus
    key.addEventListener('click', () => {
      if (text) return type(text);
      if (held) return release();
      held = key;
      key.setAttribute('aria-pressed', 'true');
      terminal.focus();
    });
    bar.append(key);
  }
  terminal.attachCustomKeyEventHandler((event) => {
    if (!held || event.type !== 'keydown' || !/^[a-z]$/i.test(event.key)) return true;
    release();
    type(String.fromCharCode(event.key.toLowerCase().charCodeAt(0) & 31));
    event.preventDefault();
    return false;
  });
}
