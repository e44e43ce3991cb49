import { useState } from 'react';
import { session } from './session.js';

/** The log-in form. */
export function Login() {
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);

  async function submit(event) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setError(await session.login(form.get('username'), form.get('password')));
    setBusy(false);
  }

  return (
    <form className="login" data-testid="login-form" onSubmit={submit}>
      {error && <span className="error" role="alert" data-testid="login-error">{error}</span>}
      <input name="username" aria-label="User name" placeholder="user name" autoComplete="username" required autoFocus data-testid="login-username" />
      <input name="password" type="password" aria-label="Password" placeholder="password" autoComplete="current-password" required data-testid="login-password" />
      <button type="submit" disabled={busy} data-testid="login-submit">Log in</button>
    </form>
  );
}
