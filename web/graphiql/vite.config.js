import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    outDir: '../build',
    // The terminal's page lies two folders deep, as its address does.
    rollupOptions: { input: ['index.html', 'terminal/page/instance.html'] },
    emptyOutDir: true,
    // Nothing is put into the page itself: its Content-Security-Policy takes scripts from files only.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 5000,
  },
});
