// The terminal's page in a real browser: logs in, types a command, reads its
// output, resizes, loses the shell and gets another one. It leaves a shell open.
import { chromium } from 'playwright-core';
import { assert } from './server.js';

const origin = process.env.LXDQL_URL;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const page = await browser.newPage({ viewport: { width: 1000, height: 600 } });
const faults = [];
page.on('request', (request) => {
  const url = new URL(request.url());
  if (!['data:', 'blob:'].includes(url.protocol) && url.host !== new URL(origin).host) faults.push(`request to ${url}`);
});
page.on('console', (message) => {
  if (/Content.Security.Policy|Refused to/i.test(message.text())) faults.push(message.text());
});
page.on('pageerror', (error) => faults.push(String(error)));
const shot = (file) => process.env.LXDQL_SCREENSHOTS && page.screenshot({ path: `${process.env.LXDQL_SCREENSHOTS}/${file}.png` });
const id = (testID) => page.getByTestId(testID);
const screen = () => page.locator('.xterm-rows').innerText();

async function sees(pattern) {
  for (const end = Date.now() + 15_000; Date.now() < end; await page.waitForTimeout(100)) {
    const text = await screen();
    const found = pattern.exec(text.replaceAll('\u00a0', ' '));
    if (found) return found;
  }
  throw new Error(`${pattern} is not on the screen:\n${await screen()}`);
}

async function type(text) {
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.type(`${text}\n`);
}

try {
  await page.goto(`${origin}/terminal/${process.env.LXDQL_PROJECT}/${process.env.LXDQL_INSTANCE}`);
  await id('login-username').fill('admin');
  await id('login-password').fill(process.env.LXDQL_PASSWORD);
  await id('login-submit').click();
  await id('terminal-status').getByText('connected').waitFor();
  await type('echo from-the-$((6*7))');
  await sees(/from-the-42/);
  await type('hostname; echo wide=$(stty size)');
  await sees(new RegExp(process.env.LXDQL_INSTANCE));
  const wide = await sees(/wide=(\d+) (\d+)/);
  await shot('terminal');

  // It has the size of the window, a phone's too.
  await page.setViewportSize({ width: 360, height: 640 });
  await page.waitForTimeout(500);
  await type('echo narrow=$(stty size)');
  const narrow = await sees(/narrow=(\d+) (\d+)/);
  assert(Number(narrow[2]) < Number(wide[2]) && Number(narrow[2]) > 30, `the terminal is ${wide[2]} columns wide, then ${narrow[2]}`);
  assert(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page is wider than a phone');
  await page.getByRole('button', { name: 'Tab' }).waitFor();
  await shot('terminal-phone');

  // Much output does not stand in the way of what is typed.
  await type('yes | head -c 300000; echo that-was-$((7*11))');
  await sees(/that-was-77/);

  await type('exit 3');
  await id('terminal-status').getByText('exit code 3').waitFor();
  await sees(/# exit 3/); // to the last byte
  await shot('terminal-ended');
  await id('terminal-reconnect').click();
  await id('terminal-status').getByText('connected').waitFor();
  await type('echo again-$((50+5))');
  await sees(/again-55/);
  assert(faults.length === 0, faults.join('\n'));
  console.log('the terminal works in the browser');
} catch (error) {
  await shot('terminal-failure');
  console.log(faults.join('\n'));
  throw error;
} finally {
  await browser.close();
}
