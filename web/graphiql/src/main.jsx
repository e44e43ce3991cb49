import 'graphiql/setup-workers/vite'; // before all else: the editor's workers come from this origin
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './page.css';
import { createRoot } from 'react-dom/client';
import { Page } from './Page.jsx';

createRoot(document.getElementById('root')).render(<Page />);
