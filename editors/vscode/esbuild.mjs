// Bundles the extension (Node) and the page of the search tree (browser) into dist/.
import { build, context } from 'esbuild';
import { copyFile, mkdir } from 'node:fs/promises';

const minify = process.argv.includes('--minify');
const common = { bundle: true, minify, sourcemap: !minify, logLevel: 'warning', target: 'es2022' };
const bundles = [
  {
    ...common,
    entryPoints: ['src/extension.ts'],
    outfile: 'dist/extension.js',
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
  },
  {
    ...common,
    entryPoints: ['src/search/page/main.ts'],
    outfile: 'dist/search.js',
    platform: 'browser',
    format: 'iife',
    tsconfig: 'src/search/page/tsconfig.json',
  },
];

await mkdir('dist', { recursive: true });
await copyFile('src/search/page/search.css', 'dist/search.css');
if (process.argv.includes('--watch')) {
  for (const bundle of bundles) await (await context(bundle)).watch();
} else {
  await Promise.all(bundles.map((bundle) => build(bundle)));
}
