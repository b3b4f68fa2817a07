import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = process.env.SANSDELAI_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('../../../dist/web', import.meta.url)),
    emptyOutDir: true,
    // The server's Content-Security-Policy takes no inline scripts.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 800,
    // What many screens share comes in a few files: each of its own, they are some fifty, and take longer to ask for than to read.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // Read before there are words: nothing that says any may be in it.
            { name: 'base', test: /node_modules|web\/[a-z]+\.ts$/, tags: ['$initial'], priority: 2 },
            {
              name: 'parts',
              test: /@mantine|@tanstack|web\/((parts|review|quality)\/|[a-z]+\.ts$)/,
              minShareCount: 2,
              priority: 1,
            },
          ],
        },
      },
    },
  },
  // For work on the page itself: `npx vite --config services/console/web/vite.config.ts` beside a running server.
  server: { host: '127.0.0.1', proxy: { '/console': server, '/sandbox': server, '/metrics': server } },
});
