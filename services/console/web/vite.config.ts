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
  },
  // For work on the page itself: `npx vite --config services/console/web/vite.config.ts` beside a running server.
  server: { host: '127.0.0.1', proxy: { '/console': server, '/sandbox': server, '/metrics': server } },
});
