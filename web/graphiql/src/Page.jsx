import { useEffect, useMemo, useState } from 'react';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { Login } from './Login.jsx';
import { examples } from './examples.js';
import { createFetcher } from './fetcher.js';
import { session } from './session.js';

const plugins = [HISTORY_PLUGIN, explorerPlugin()];

/** GraphiQL below a bar that says who is logged in. */
export function Page() {
  const [user, setUser] = useState(session.user());
  const [simulated, setSimulated] = useState(false);
  // A new fetcher makes GraphiQL read the schema again, as the new caller.
  const fetcher = useMemo(() => createFetcher(), [user?.username]);

  useEffect(() => session.onChange(setUser), []);
  useEffect(() => {
    if (!user) return setSimulated(false);
    session.ask('{ server { simulated } }').then((answer) => setSimulated(answer.data?.server?.simulated === true));
  }, [user?.username]);

  return (
    <div className="page">
      <header className="bar">
        <strong className="name">lxdql</strong>
        {simulated && <span className="simulated" data-testid="simulated-banner">simulated LXD: nothing here exists</span>}
        <span className="space" />
        {user ? <WhoAmI user={user} /> : <Login />}
      </header>
      <main className="graphiql">
        <GraphiQL fetcher={fetcher} plugins={plugins} defaultTabs={examples} shouldPersistHeaders={false} defaultEditorToolsVisibility="variables" />
      </main>
    </div>
  );
}

function WhoAmI({ user }) {
  return (
    <>
      <span data-testid="whoami">{user.username} ({user.role ?? 'no role'})</span>
      <button type="button" data-testid="logout" onClick={() => session.end()}>Log out</button>
    </>
  );
}
