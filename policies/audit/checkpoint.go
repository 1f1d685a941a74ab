package audit

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint is the signed state of the log: how many leaves, and their root. Note is the signed note that
// says so (c2sp.org/tlog-checkpoint), nil while the log has no leaf.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
	Note   []byte
}

// maxCheckpoint bounds a note, in bytes; witnesses may add some signatures.
const maxCheckpoint = 16 << 10

// NewSigner draws the log's key pair. Both are lines of text as golang.org/x/mod/sumdb/note has them; the
// name becomes the origin of the checkpoints and holds no blank and no plus sign.
func NewSigner(name string) (secretText, verifierText string, err error) {
	if !isToken(name) || strings.Contains(name, "+") {
		return "", "", fmt.Errorf("naming the log: %w", ErrCheckpoint)
	}
	secretText, verifierText, err = note.GenerateKey(rand.Reader, name)
	if err != nil {
		return "", "", fmt.Errorf("drawing the log's key: %w", err)
	}
	return secretText, verifierText, nil
}

// VerifierKey gives the public half of a signer's secret text.
func VerifierKey(secretText string) (string, error) {
	signer, err := note.NewSigner(secretText)
	if err != nil {
		return "", fmt.Errorf("reading the log's key: %w", err)
	}
	parts := strings.SplitN(secretText, "+", 5) // PRIVATE, KEY, name, hash, and base64, which has plus signs too
	data, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if err != nil || len(data) != 1+ed25519.SeedSize { // the first byte names the algorithm
		return "", fmt.Errorf("reading the log's key: %w", ErrCheckpoint)
	}
	public := ed25519.NewKeyFromSeed(data[1:]).Public().(ed25519.PublicKey)
	return note.NewEd25519VerifierKey(signer.Name(), public)
}

// formatCheckpoint writes the three lines that are signed: origin, decimal size, base64 root.
func formatCheckpoint(origin string, size int64, root tlog.Hash) string {
	return fmt.Sprintf("%s\n%d\n%s\n", origin, size, base64.StdEncoding.EncodeToString(root[:]))
}

// parseCheckpointText reads the three lines, and no extension lines: this log writes none.
func parseCheckpointText(text string) (Checkpoint, error) {
	var c Checkpoint
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" || !isToken(lines[0]) {
		return c, fmt.Errorf("reading a checkpoint: %w", ErrCheckpoint)
	}
	size, ok := parseNumber(lines[1])
	if !ok || !parseHash(c.Root[:], lines[2]) {
		return Checkpoint{}, fmt.Errorf("reading a checkpoint: %w", ErrCheckpoint)
	}
	c.Origin, c.Size = lines[0], size
	return c, nil
}

func signCheckpoint(signer note.Signer, size int64, root tlog.Hash) (Checkpoint, error) {
	text := formatCheckpoint(signer.Name(), size, root)
	msg, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("signing the checkpoint: %w", err)
	}
	return Checkpoint{Origin: signer.Name(), Size: size, Root: root, Note: msg}, nil
}

// OpenCheckpoint verifies a note with the log's public key, and reads it. Anything but a checkpoint that this
// key signed under its own name is an ErrCheckpoint.
func OpenCheckpoint(msg []byte, verifierText string) (Checkpoint, error) {
	verifier, err := note.NewVerifier(verifierText)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("reading the log's public key: %w", err)
	}
	return openCheckpoint(msg, verifier)
}

func openCheckpoint(msg []byte, verifier note.Verifier) (Checkpoint, error) {
	if len(msg) > maxCheckpoint {
		return Checkpoint{}, fmt.Errorf("reading a checkpoint: %w", ErrCheckpoint)
	}
	n, err := note.Open(msg, note.VerifierList(verifier))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("verifying a checkpoint: %w", ErrCheckpoint)
	}
	c, err := parseCheckpointText(n.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	if c.Origin != verifier.Name() {
		return Checkpoint{}, fmt.Errorf("naming another log: %w", ErrCheckpoint)
	}
	c.Note = append([]byte(nil), msg...)
	return c, nil
}

// Receipt is the answer to an acknowledged write: the leaf's index, and a checkpoint that covers it. Who holds
// one can show that a write was promised; a log that lacks it is not the log that promised.
type Receipt struct {
	Index      int64
	Checkpoint []byte
}

// String is the index, a blank, and the base64 of the checkpoint note.
func (r Receipt) String() string {
	return fmt.Sprintf("%d %s", r.Index, base64.StdEncoding.EncodeToString(r.Checkpoint))
}

// ParseReceipt reads what String writes and nothing else. It verifies no signature: OpenCheckpoint does.
func ParseReceipt(s string) (Receipt, error) {
	index, encoded, _ := strings.Cut(s, " ")
	n, ok := parseNumber(index)
	if !ok || len(s) > 2*maxCheckpoint || strings.ContainsAny(s, "\r\n") {
		return Receipt{}, fmt.Errorf("reading a receipt: %w", ErrCheckpoint)
	}
	msg, err := strictBase64.DecodeString(encoded)
	if err != nil || len(msg) == 0 {
		return Receipt{}, fmt.Errorf("reading a receipt: %w", ErrCheckpoint)
	}
	return Receipt{Index: n, Checkpoint: msg}, nil
}
