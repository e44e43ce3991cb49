import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    outDir: '../build',
    emptyOutDir: true,
    // Nothing is put into the page itself: its Content-Security-Policy takes scripts from files only.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 5000,
  },
});
