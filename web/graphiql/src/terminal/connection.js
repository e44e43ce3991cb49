// One shell: a ticket from GraphQL, a WebSocket that takes it.
import { session } from '../session.js';

const create = `mutation ($name: String!, $project: String, $width: Int, $height: Int) {
  createExecSession(name: $name, project: $project, width: $width, height: $height) { url } }`;
const renewEvery = 20_000;
// Output that is not drawn yet, in bytes: from the one on the server is held up, at the other it goes on.
const tooMuch = 1 << 20;
const enough = 1 << 18;

/** Opens a shell; null when it cannot be opened, which ended is told. */
export async function connect({ project, name, terminal, opened, ended }) {
  let answer;
  try {
    answer = await session.ask(create, { project, name, width: terminal.cols, height: terminal.rows });
  } catch {
    answer = { errors: [{ message: 'the server does not answer' }] };
  }
  if (answer.errors) {
    ended(answer.errors[0].message);
    return null;
  }
  const socket = new WebSocket(answer.data.createExecSession.url);
  socket.binaryType = 'arraybuffer';
  const encoder = new TextEncoder();
  const say = (data) => socket.readyState === WebSocket.OPEN && socket.send(data);
  const control = (message) => say(JSON.stringify(message));
  let told = '';
  let token = await session.token();
  const renew = setInterval(async () => {
    const now = await session.token();
    if (now && now !== token) control({ command: 'renew', args: { authorization: `Bearer ${now}` } });
    token = now;
  }, renewEvery);
  socket.onopen = opened;
  let undrawn = 0;
  let paused = false;
  const draw = (data) => {
    undrawn += data.length;
    if (undrawn > tooMuch && !paused) { paused = true; control({ command: 'pause' }); }
    terminal.write(data, () => {
      undrawn -= data.length;
      if (undrawn < enough && paused) { paused = false; control({ command: 'resume' }); }
    });
  };
  socket.onmessage = ({ data }) => {
    if (typeof data !== 'string') return draw(new Uint8Array(data));
    const event = JSON.parse(data);
    if (event.event === 'exit') told = `ended: exit code ${event.exitCode}`;
    if (event.event === 'error') told = event.message;
  };
  socket.onclose = ({ reason }) => {
    clearInterval(renew);
    ended(told || reason || 'the connection is lost');
  };
  return {
    type: (text) => say(encoder.encode(text)),
    bytes: say,
    resize: (width, height) => control({ command: 'window-resize', args: { width, height } }),
  };
}
