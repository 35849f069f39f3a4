/** How the web application is built and served while it is developed. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  css: { postcss: './postcss.config.mjs' },
  build: {
    outDir: 'dist',
    target: 'es2022',
    // Read by `test/first-load.test.ts` to add up what a first page load transfers.
    manifest: true,
    chunkSizeWarningLimit: 900,
    // Fonts and images stay files: the content security policy allows no `data:` scripts or styles.
    assetsInlineLimit: 0,
  },
  server: {
    port: 5173,
    proxy: { '/api': { target: process.env.TRELLIS_SERVER ?? 'http://localhost:3000', changeOrigin: false } },
  },
});
