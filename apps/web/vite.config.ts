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
    // The chunk of all rare icons is big on purpose, and loaded by hardly anyone.
    chunkSizeWarningLimit: 3000,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What every page needs and no release of ours changes: one file, which compresses and caches best.
            {
              name: 'platform',
              tags: ['$initial'],
              test: /node_modules\/(react|react-dom|scheduler|i18next|react-i18next|use-sync-external-store|@tanstack\/(router-core|react-router|history|store|react-store|query-core|react-query))\//,
            },
            {
              name: 'controls',
              test: /node_modules\/(@floating-ui\/|@mantine\/hooks\/esm\/use-(local-storage|debounced-callback|window-event|hotkeys)|@mantine\/core\/esm\/(core|components\/(ActionIcon|Avatar|Button|Checkbox|FloatingArrow|FocusTrap|Group|Input|InputBase|InlineInput|Loader|MantineProvider|Menu|Paper|Popover|Portal|Skeleton|TextInput|Tooltip|Transition|UnstyledButton))\/)/,
            },
            // The signs that many screens share: one by one they would be as many requests.
            {
              name: 'signs',
              test: /@tabler\/icons-react\/dist\/esm\/(createReactComponent|defaultAttributes|icons\/Icon(AlertCircle|AlertTriangle|ArrowUp|Calendar|Camera|Check|ChevronDown|Download|File|HelpCircle|LayoutSidebarRightExpand|List|Plus|Search|Trash|Upload|X))\./,
            },
          ],
        },
      },
    },
    // Fonts and images stay files: the content security policy allows no `data:` scripts or styles.
    assetsInlineLimit: 0,
  },
  server: {
    port: 5173,
    proxy: { '/api': { target: process.env.TRELLIS_SERVER ?? 'http://localhost:3000', changeOrigin: false } },
  },
});
