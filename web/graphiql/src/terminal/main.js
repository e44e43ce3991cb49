// The page at /terminal/{project}/{instance}: a shell inside an instance.
import '@xterm/xterm/css/xterm.css';
import './terminal.css';
import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import { session } from '../session.js';
import { connect } from './connection.js';
import { addKeys } from './keys.js';

const [project, name] = location.pathname.split('/').slice(-2).map(decodeURIComponent);
const element = (id) => document.querySelector(`[data-testid="${id}"]`);
const status = element('terminal-status');
const reconnect = element('terminal-reconnect');
const form = element('login-form');

const terminal = new Terminal({ cursorBlink: true, fontSize: innerWidth < 600 ? 12 : 14, scrollback: 10_000, theme: { background: '#14161f' } });
const fit = new FitAddon();
terminal.loadAddon(fit);
terminal.open(element('terminal'));
new ResizeObserver(() => fit.fit()).observe(element('terminal'));

let connection = null;

function show(text, ended) {
  status.textContent = text;
  status.dataset.ended = ended;
  reconnect.hidden = !ended;
}

async function begin() {
  if (!(await session.token())) {
    form.hidden = false;
    show('log in to open a terminal', false);
    form.elements.username.focus();
    return;
  }
  form.hidden = true;
  fit.fit();
  show('connecting', false);
  connection = await connect({
    project, name, terminal,
    opened: () => { show('connected', false); terminal.focus(); },
    ended: (reason) => { connection = null; show(reason, true); terminal.write('\r\n'); },
  });
}

terminal.onData((text) => connection?.type(text));
terminal.onBinary((text) => connection?.bytes(Uint8Array.from(text, (letter) => letter.charCodeAt(0))));
terminal.onResize(({ cols, rows }) => connection?.resize(cols, rows));
reconnect.addEventListener('click', () => { terminal.reset(); begin(); });
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { username, password } = Object.fromEntries(new FormData(form));
  const error = await session.login(username, password);
  form.elements.password.value = '';
  if (error) show(error, false);
  else begin();
});
addKeys(document.querySelector('.keys'), terminal, (text) => connection?.type(text));

document.title = `${name} (${project})`;
element('terminal-name').textContent = project === 'default' ? name : `${name} in ${project}`;
begin();
