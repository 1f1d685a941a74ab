package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sportello/cmd/sportello/files"
	"sportello/crypto"
	"sportello/policies/accounts"
	"sportello/policies/audit"
)

// The key files of an instance, below DIR/keys. state is the log's own file.
const (
	keysDir     = "keys"
	pepperFile  = "pepper"
	sessionFile = "session"
	throtFile   = "throttle"
	codesFile   = "codes"
	logFile     = "log"
	logPubFile  = "log.pub"
	stateFile   = "state"
)

// secretFiles hold 32 random bytes each.
var secretFiles = []string{pepperFile, sessionFile, throtFile, codesFile}

const keyHeader = "sportello key v1"

// keys are an instance's own secrets.
type keys struct {
	accounts.Keys
	codes  crypto.Key // marks women's codes in the log's details; zero where a folder has none yet
	signer string
	public string
}

func keyPath(dir, name string) string { return filepath.Join(dir, keysDir, name) }

// makeKeys draws all keys of a new instance.
func makeKeys(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, keysDir), 0o700); err != nil {
		return fmt.Errorf("making the folder of keys: %w", err)
	}
	name := "sportello-" + strings.ToLower(crypto.NewID()[:8])
	signer, public, err := audit.NewSigner(name)
	if err != nil {
		return err
	}
	for _, kind := range secretFiles {
		if err := makeKey(dir, kind, name); err != nil {
			return err
		}
	}
	if err := files.WriteNew(keyPath(dir, logFile), []byte(signer+"\n")); err != nil {
		return err
	}
	return files.WriteNew(keyPath(dir, logPubFile), []byte(public+"\n"))
}

func makeKey(dir, kind, instance string) error {
	return files.WriteNew(keyPath(dir, kind), keyText(kind, instance, crypto.NewKey().Bytes()))
}

// keyText is a key file: what it is, whose it is, the key, and a checksum that
// shows a damaged file. It does not defend against who can write the file.
func keyText(kind, instance string, key []byte) []byte {
	text := fmt.Sprintf("%s\nkind %s\ninstance %s\nkey %s\n", keyHeader, kind, instance, base64.StdEncoding.EncodeToString(key))
	sum := sha256.Sum256([]byte(text))
	return []byte(text + "sum " + hex.EncodeToString(sum[:16]) + "\n")
}

// parseKey reads what keyText writes and nothing else.
func parseKey(b []byte, kind, instance string) ([]byte, error) {
	lines := strings.Split(string(b), "\n")
	if len(lines) != 6 {
		return nil, errors.New("it is short, or no key file")
	}
	text, ok := strings.CutPrefix(lines[3], "key ")
	key, err := base64.StdEncoding.Strict().DecodeString(text)
	if !ok || err != nil || len(key) != 32 {
		return nil, errors.New("it is short, or no key file")
	}
	whose, ok := strings.CutPrefix(lines[2], "instance ")
	if !ok || string(keyText(kind, whose, key)) != string(b) {
		return nil, errors.New("it was altered, or is a key of another kind")
	}
	if whose != instance {
		return nil, errors.New("it belongs to another instance than keys/log")
	}
	return key, nil
}

// readKeyFile reads a key file that only its owner may read.
func readKeyFile(dir, name string) ([]byte, error) {
	path := keyPath(dir, name)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missingKey(name)
	}
	if err != nil {
		return nil, fmt.Errorf("reading keys/%s: %w", name, err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, refuse(nil, "keys/%s can be read by others than its owner: set its mode to 0600", name)
	}
	if info.Size() > 1<<20 {
		return nil, refuse(nil, "keys/%s is too large for a key file", name)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading keys/%s: %w", name, err)
	}
	return b, nil
}

func missingKey(name string) error {
	if name == stateFile {
		return refuse(fs.ErrNotExist, "keys/state is missing, and no backup holds it: without it nobody can tell whether the database "+
			"is an old copy. If the folder was put back on purpose, run: sportello restore --in-place")
	}
	return refuse(fs.ErrNotExist, "keys/%s is missing: put it back from the key files artefact of the backup (keys.age)", name)
}

// readKeys reads all keys. A missing session key is made anew, which ends all
// sessions. That of codes may be missing in a folder from before there was one:
// needCodes says whether that is so. Any other missing one stops the start.
func readKeys(dir string, needState bool) (*keys, error) {
	k := &keys{}
	if err := k.readLog(dir); err != nil {
		return nil, err
	}
	instance, _, _ := strings.Cut(k.public, "+")
	found := map[string]crypto.Key{}
	for _, kind := range secretFiles {
		b, err := readKeyFile(dir, kind)
		if kind == sessionFile && errors.Is(err, fs.ErrNotExist) {
			// At once or not at all: nothing could put a half one back.
			if err = files.Replace(keyPath(dir, kind), keyText(kind, instance, crypto.NewKey().Bytes())); err == nil {
				b, err = readKeyFile(dir, kind)
			}
		}
		if kind == codesFile && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		raw, err := parseKey(b, kind, instance)
		if err != nil {
			return nil, refuse(err, "keys/%s does not hold: %v; put it back from the key files artefact of the backup (keys.age)", kind, err)
		}
		if kind == pepperFile {
			k.Pepper, err = crypto.ParsePepper(raw)
		} else {
			found[kind], err = crypto.KeyFromBytes(raw)
		}
		if err != nil {
			return nil, refuse(err, "keys/%s does not hold: it is empty", kind)
		}
	}
	k.Session, k.Throttle, k.codes = found[sessionFile], found[throtFile], found[codesFile]
	if needState {
		if _, err := readKeyFile(dir, stateFile); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// needCodes makes the key of codes where none was ever used: in a folder of before. A
// restore makes it too, since the key files artefact may be as old; then a code is found
// again once its record was opened. Elsewhere a missing one stops the start.
func (k *keys) needCodes(dir string, used, restoring bool) (err error) {
	if !k.codes.IsZero() {
		return nil
	}
	if used && !restoring {
		return missingKey(codesFile)
	}
	instance, _, _ := strings.Cut(k.public, "+")
	k.codes = crypto.NewKey()
	return files.Replace(keyPath(dir, codesFile), keyText(codesFile, instance, k.codes.Bytes()))
}

// readLog reads the log's two keys and holds them to each other.
func (k *keys) readLog(dir string) error {
	secret, err := readKeyFile(dir, logFile)
	if err != nil {
		return err
	}
	public, err := readKeyFile(dir, logPubFile)
	if err != nil {
		return err
	}
	k.signer, k.public = strings.TrimSpace(string(secret)), strings.TrimSpace(string(public))
	derived, err := audit.VerifierKey(k.signer)
	if err != nil {
		return refuse(err, "keys/log does not hold: it is short or was altered; put it back from the key files artefact of the backup (keys.age)")
	}
	if derived != k.public {
		return refuse(nil, "keys/log.pub is not the public half of keys/log: put both back from the key files artefact of the backup (keys.age)")
	}
	return nil
}
