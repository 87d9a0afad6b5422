// Bundles the front end into studio/static/dist/: hashed names, and manifest.json from plain to hashed name for Flask.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const js = path.dirname(fileURLToPath(import.meta.url));
const statics = path.dirname(js);
const dist = path.join(statics, "dist");
const watch = process.argv.includes("--watch");

/** Plain name → source. What a page may ask for by name. */
const entries = {
  studio: path.join(statics, "css/studio.css"),
  editorstyle: path.join(statics, "css/editor.css"),
  theme: path.join(js, "pages/theme.ts"),
  pages: path.join(js, "pages/pages.ts"),
  editor: path.join(js, "editor/editor.tsx"),
  tidy: path.join(js, "editor/canvas/tidy.worker.ts"),
};

const options = {
  entryPoints: entries,
  bundle: true,
  splitting: true,
  format: "esm",
  outdir: dist,
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  assetNames: "[name]-[hash]",
  minify: !watch,
  sourcemap: watch ? "inline" : false,
  legalComments: "none",
  metafile: true,
  jsx: "automatic",
  target: ["chrome123", "firefox125", "safari17.5"],
  alias: {
    "d3-color": path.join(js, "still/d3-color.mjs"),
    "d3-transition": path.join(js, "still/d3-transition.mjs"),
  },
  define: { "process.env.NODE_ENV": JSON.stringify(watch ? "development" : "production") },
  logLevel: "info",
};

/** theme.js sets the colours before the first paint, so a page loads it as a classic, blocking script. */
async function write(result) {
  const names = {};
  for (const [file, output] of Object.entries(result.metafile.outputs)) {
    const plain = output.entryPoint && plainName(output.entryPoint, file);
    if (plain) names[plain] = path.basename(file);
  }
  names["icons.svg"] = await hashed("icons.svg", await sprite());
  await writeAtomically("messages.json", `${JSON.stringify(await messages(), null, 2)}\n`);
  await writeAtomically("manifest.json", `${JSON.stringify(names, null, 2)}\n`);
  return new Set([...Object.keys(result.metafile.outputs).map((file) => path.basename(file)), names["icons.svg"]]);
}

function plainName(entryPoint, file) {
  const source = path.resolve(entryPoint);
  const name = Object.keys(entries).find((key) => entries[key] === source);
  if (!name) return null;
  return name === "editorstyle" ? "editor.css" : `${name}${path.extname(file)}`;
}

async function sprite() {
  const text = await readFile(path.join(statics, "icons.svg"), "utf8");
  return text.replace(/<!--[\s\S]*?-->\s*/g, "").replace(/>\s+</g, "><");
}

/** The editor's English, by key: the server looks it up in its catalogues for readers of another language. */
async function messages() {
  const source = path.join(js, "i18n/messages.ts");
  const { outputFiles } = await esbuild.build({ entryPoints: [source], bundle: true, format: "esm", write: false });
  const module = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
  return module.messages;
}

async function hashed(name, text) {
  const { name: stem, ext } = path.parse(name);
  const file = `${stem}-${createHash("sha256").update(text).digest("hex").slice(0, 8).toUpperCase()}${ext}`;
  await writeFile(path.join(dist, file), text);
  return file;
}

/** A server may read the manifest while we write it. */
async function writeAtomically(name, text) {
  const file = path.join(dist, name);
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

/** Removes what an earlier build left, after the new manifest stands. */
async function sweep(kept) {
  for (const file of await readdir(dist)) {
    if (!["manifest.json", "messages.json"].includes(file) && !kept.has(file))
      await rm(path.join(dist, file), { force: true });
  }
}

await mkdir(dist, { recursive: true });
if (watch) {
  const plugin = {
    name: "manifest",
    setup: (build) => build.onEnd((result) => result.metafile && write(result).then(() => {})),
  };
  const context = await esbuild.context({ ...options, plugins: [plugin] });
  await context.watch();
} else {
  await sweep(await write(await esbuild.build(options)));
}
