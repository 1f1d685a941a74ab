// Recomputes every known answer of package crypto with other people's code:
// the noble libraries for the primitives, and the encodings, HPKE, age and
// bech32 written again here from their specifications. It prints nothing but
// the number of answers checked, and fails at the first that differs.
//
//   npm ci && node reproduce.mjs
//
// It opens age files and does not write them: wrapping draws random numbers,
// so there is no one answer to compare.

import { readFileSync } from 'node:fs';
import { xchacha20poly1305, chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { argon2id } from '@noble/hashes/argon2.js';
import { expand, extract, hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex as hex, concatBytes as join, hexToBytes as unhex, utf8ToBytes as utf8 } from '@noble/hashes/utils.js';
import { ml_kem768_x25519 as hybrid } from '@noble/post-quantum/hybrid.js';

const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
let checked = 0;

function same(what, got, want) {
  const text = got instanceof Uint8Array ? hex(got) : String(got);
  if (text !== String(want)) throw new Error(`${what}: got ${text}, want ${want}`);
  checked++;
}

// Encodings: each part after its length, numbers in two's complement, all in
// eight bytes, most significant first.

function number(n) {
  const b = new Uint8Array(8);
  new DataView(b.buffer).setBigInt64(0, BigInt(n));
  return b;
}

const bytes = (part) => (typeof part === 'string' ? utf8(part) : part);
const parts = (...list) => join(...list.map(bytes).flatMap((b) => [number(b.length), b]));

// Keys.

const derive = (key, label, salt) => hkdf(sha256, key, salt, utf8(label), 32);

function keys() {
  const v = read('key.json');
  v.derive.forEach((c, i) => {
    const salts = (c.salt ?? []).map(unhex);
    const salt = join(number(salts.length), parts(...salts));
    same(`derive ${i}`, derive(unhex(c.key), c.label, salt), c.want);
  });
  v.mac.forEach((c, i) => {
    const message = parts(c.label, ...(c.parts ?? []).map(unhex));
    same(`MAC ${i}`, hmac(sha256, unhex(c.key), message), c.want);
  });
  v.commitment.forEach((c, i) => {
    const message = parts('sportello/v1/commitment', ...(c.context ?? []));
    same(`commitment ${i}`, hmac(sha256, unhex(c.key), message), c.want);
  });
  v.hash.forEach((c, i) => same(`hash ${i}`, sha256(parts(...(c.parts ?? []).map(unhex))), c.want));
}

// Boxes.

function bucket(n) {
  const sizes = [64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536];
  return sizes.find((size) => size >= n + 4) ?? Math.ceil((n + 4) / 65536) * 65536;
}

function padded(text) {
  const b = new Uint8Array(bucket(text.length));
  new DataView(b.buffer).setUint32(0, text.length);
  b.set(text, 4);
  return b;
}

function boxes() {
  const v = read('seal.json');
  v.bucket.forEach((c) => same(`bucket of ${c.bytes}`, bucket(c.bytes), c.want));
  v.seal.forEach((c, i) => {
    const once = unhex(c.plaintext);
    const text = join(...Array.from({ length: c.repeat }, () => once));
    const place = join(parts('sportello/v1/field', c.table, c.row, c.column), number(c.version));
    const nonce = unhex(c.nonce);
    const box = join(Uint8Array.of(1), nonce, xchacha20poly1305(unhex(c.key), nonce, place).encrypt(padded(text)));
    if (c.want) same(`seal ${i}`, box, c.want);
    else same(`seal ${i}`, sha256(box), c.wantSHA256);
  });
}

// Passphrases and words.

const stretch = (secret, salt) => argon2id(secret, salt, { t: 3, m: 64 * 1024, p: 4, dkLen: 32 });

// For these answers lower case is the same as folded case.
function normalised(s) {
  const folded = s.normalize('NFKC').toLowerCase().normalize('NFKC');
  return folded.split(/[\p{White_Space}\p{Pd}]+/u).filter((word) => word).join('-');
}

function wordIndexes(b) {
  const bits = [...b.slice(0, 6)].map((n) => n.toString(2).padStart(8, '0')).join('');
  return [0, 11, 22, 33].map((at) => parseInt(bits.slice(at, at + 11), 2));
}

function passphrases() {
  const v = read('passphrase.json');
  const stretched = new Map();
  v.kek.forEach((c, i) => {
    same(`normalised ${i}`, normalised(c.passphrase), c.normalised);
    const id = `${c.normalised} ${c.salt}`;
    if (!stretched.has(id)) stretched.set(id, stretch(utf8(c.normalised), unhex(c.salt)));
    same(`KEK ${i}`, hmac(sha256, unhex(c.pepper), parts('sportello/v1/kek', stretched.get(id))), c.want);
  });
  v.words.forEach((c, i) => {
    const subject = join(parts('sportello/v1/words', c.agency, c.unit, c.person), number(c.epoch));
    const words = stretch(utf8(c.recipient), sha256(parts(subject)));
    same(`words ${i}`, wordIndexes(words), c.indexes);
  });
}

// Rows.

function column(c) {
  const tagged = (tag, ...rest) => join(utf8(tag), ...rest);
  if (c.later) {
    const zero = c.null || c.text === '' || c.int === '0' || c.bool === false;
    return zero ? utf8('') : tagged('l', parts(c.later), column({ ...c, later: undefined }));
  }
  if (c.null) return utf8('n');
  if ('text' in c) return tagged('t', parts(c.text));
  if ('int' in c) return tagged('i', number(c.int));
  if ('bool' in c) return tagged('b', Uint8Array.of(c.bool ? 1 : 0));
  if ('bytes' in c) return tagged('x', parts(unhex(c.bytes)));
  if ('sealed' in c) return tagged('s', sha256(unhex(c.sealed)));
  if ('recipient' in c) return tagged('r', parts(c.recipient));
  throw new Error('unknown kind of column');
}

function rows() {
  read('row.json').row.forEach((c, i) => {
    const head = join(parts('sportello/v1/row', c.table, c.id), number(c.version));
    const digest = sha256(join(head, ...c.values.map(column)));
    same(`row ${i}`, digest, c.want);
    same(`row ${i} in base64`, Buffer.from(digest).toString('base64'), c.string);
  });
}

// bech32 (BIP 173), without its limit of length.

const bech32Letters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

function polymod(values) {
  let check = 1;
  for (const value of values) {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ value;
    [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3].forEach((g, i) => {
      if ((top >>> i) & 1) check ^= g;
    });
  }
  return check >>> 0;
}

const prefixValues = (prefix) => {
  const codes = [...utf8(prefix)];
  return [...codes.map((c) => c >> 5), 0, ...codes.map((c) => c & 31)];
};

function regroup(values, from, to) {
  const bits = [...values].map((n) => n.toString(2).padStart(from, '0')).join('');
  const whole = to === 5 ? bits.padEnd(Math.ceil(bits.length / 5) * 5, '0') : bits.slice(0, bits.length - (bits.length % to));
  return (whole.match(new RegExp(`.{${to}}`, 'g')) ?? []).map((group) => parseInt(group, 2));
}

function bech32(prefix, data) {
  const values = regroup(data, 8, 5);
  const check = polymod([...prefixValues(prefix), ...values, 0, 0, 0, 0, 0, 0]) ^ 1;
  const tail = [25, 20, 15, 10, 5, 0].map((shift) => (check >>> shift) & 31);
  return `${prefix}1${[...values, ...tail].map((n) => bech32Letters[n]).join('')}`;
}

function unbech32(text) {
  const at = text.lastIndexOf('1');
  const values = [...text.slice(at + 1)].map((c) => bech32Letters.indexOf(c));
  if (polymod([...prefixValues(text.slice(0, at)), ...values]) !== 1) throw new Error('bech32: wrong checksum');
  return Uint8Array.from(regroup(values.slice(0, -6), 5, 8));
}

// HPKE (RFC 9180), base mode, one message: KEM MLKEM768-X25519 (0x647a),
// HKDF-SHA256 (1), ChaCha20-Poly1305 (3).

const suite = join(utf8('HPKE'), Uint8Array.of(0x64, 0x7a, 0, 1, 0, 3));
const nothing = new Uint8Array();

const labeledExtract = (salt, label, input) =>
  extract(sha256, join(utf8('HPKE-v1'), suite, utf8(label), input), salt);

const labeledExpand = (key, label, info, length) =>
  expand(sha256, key, join(Uint8Array.of(0, length), utf8('HPKE-v1'), suite, utf8(label), info), length);

function hpkeOpen(shared, info, ciphertext) {
  const context = join(
    Uint8Array.of(0),
    labeledExtract(nothing, 'psk_id_hash', nothing),
    labeledExtract(nothing, 'info_hash', utf8(info)),
  );
  const secret = labeledExtract(shared, 'secret', nothing);
  const key = labeledExpand(secret, 'key', context, 32);
  const nonce = labeledExpand(secret, 'base_nonce', context, 12);
  return chacha20poly1305(key, nonce).decrypt(ciphertext);
}

// age (c2sp.org/age), binary, one hybrid recipient.

const base64 = (text) => Uint8Array.from(Buffer.from(text, 'base64'));

function headerOf(file) {
  const text = Buffer.from(file).toString('latin1');
  const m = /^age-encryption\.org\/v1\n-> mlkem768x25519 (\S+)\n(\S+)\n---( (\S+)\n)/.exec(text);
  if (!m) throw new Error('age: not a file for one hybrid recipient');
  return {
    enc: base64(m[1]),
    body: base64(m[2]),
    authenticated: file.slice(0, m[0].length - m[3].length),
    mac: base64(m[4]),
    payload: file.slice(m[0].length),
  };
}

function streamOpen(key, stream) {
  const chunks = [];
  for (let at = 0, n = 0; at < stream.length; at += 65536 + 16, n++) {
    const chunk = stream.slice(at, at + 65536 + 16);
    const nonce = new Uint8Array(12);
    new DataView(nonce.buffer).setUint32(7, n);
    nonce[11] = at + chunk.length === stream.length ? 1 : 0;
    chunks.push(chacha20poly1305(key, nonce).decrypt(chunk));
  }
  return join(...chunks);
}

function ageOpen(secretKey, file) {
  const h = headerOf(file);
  const shared = hybrid.decapsulate(h.enc, secretKey);
  const fileKey = hpkeOpen(shared, 'age-encryption.org/mlkem768x25519', h.body);
  same('age header', hmac(sha256, hkdf(sha256, fileKey, nothing, utf8('header'), 32), h.authenticated), hex(h.mac));
  const key = hkdf(sha256, fileKey, h.payload.slice(0, 16), utf8('payload'), 32);
  return streamOpen(key, h.payload.slice(16));
}

const context = (label, c) =>
  join(parts(label, c.purpose, c.unit, c.person, c.record), number(c.epoch), number(c.version));

function ageFiles() {
  const v = read('age.json');
  const { secretKey, publicKey } = hybrid.keygen(unbech32(v.identity.toLowerCase()));
  same('recipient', bech32('age1pq', publicKey), v.recipient);
  same('key of the identity', derive(utf8(v.identity), v.label, nothing), v.derived);
  const wrapped = join(context('sportello/v1/wrap', v.context), unhex(v.key));
  same('wrapped key', ageOpen(secretKey, unhex(v.wrapped)), hex(wrapped));
  const text = join(context('sportello/v1/padded', v.context), padded(utf8(v.text)));
  same('padded text', ageOpen(secretKey, unhex(v.padded)), hex(text));
  same('file', ageOpen(secretKey, unhex(v.file)), hex(utf8(v.text)));
}

keys();
boxes();
passphrases();
rows();
ageFiles();
console.log(`${checked} answers agree`);
