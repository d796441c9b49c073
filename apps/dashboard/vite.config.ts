// Builds the page into files that `genius dashboard` serves. Nothing is loaded from elsewhere and nothing is inlined,
// so that the server's content policy can refuse all script but the page's own.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // The charts, loaded after the first paint.
    chunkSizeWarningLimit: 700,
  },
});
