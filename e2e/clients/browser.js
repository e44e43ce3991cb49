// GraphiQL in a real browser: what a person does with it, and that it loads
// nothing from elsewhere.
import { chromium } from 'playwright-core';
import { name, toggle, runs, post, assert } from './server.js';

const origin = process.env.LXDQL_URL;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
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
const run = () => page.getByRole('button', { name: /Execute query/ }).click();
const answer = page.locator('.graphiql-response');

try {
  await page.goto(`${origin}/`);

  // A wrong password is said, and nobody is logged in.
  await id('login-username').fill('admin');
  await id('login-password').fill('not the password');
  await id('login-submit').click();
  await id('login-error').waitFor();
  assert(/wrong/.test(await id('login-error').textContent()), 'the error does not say what is wrong');
  await shot('refused');

  await id('login-password').fill(process.env.LXDQL_PASSWORD);
  await id('login-submit').click();
  await id('whoami').waitFor();
  assert((await id('whoami').textContent()) === 'admin (ADMIN)', 'it does not say who is logged in');

  // The first tab is a query.
  await page.locator('.graphiql-tab').first().click();
  await run();
  await answer.getByText('totalCount').first().waitFor({ timeout: 20000 });
  await shot('query');

  // The schema's documentation is there.
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.locator('.graphiql-doc-explorer').getByText('Query', { exact: true }).click();
  await page.getByText('The questions: they change nothing.').first().waitFor();
  await shot('documentation');

  // The fourth is a subscription: it shows what happens meanwhile.
  await page.locator('.graphiql-tab', { hasText: 'Changes' }).click();
  await page.waitForTimeout(1000); // the editor reads a new tab after a pause
  await run();
  await page.waitForTimeout(1000);
  const running = await runs();
  await post(toggle(running), { name });
  await answer.getByText(running ? 'STOPPED' : 'STARTED').first().waitFor({ timeout: 20000 });
  await shot('subscription');

  await id('logout').click();
  await id('login-form').waitFor();
  assert(faults.length === 0, faults.join('\n'));
  console.log('GraphiQL works in the browser');
} catch (error) {
  await shot('failure');
  console.log(faults.join('\n'));
  throw error;
} finally {
  await browser.close();
}
