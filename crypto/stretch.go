package crypto

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"

	"golang.org/x/crypto/argon2"
)

// stretching is what one try at a passphrase costs, for us and for whoever
// guesses.
type stretching struct {
	passes, memory uint32 // memory in KiB
	lanes          uint8
}

// stretchings are the costs by version. A person's row says with which version
// her passphrase was stretched, so a version that anybody has is never changed
// and never taken out; a new one goes to the end, and she gets it at her next
// sign-in. Version 0, Argon2id with 64 MiB and three passes, is above OWASP's and
// RFC 9106's lesser setting.
var stretchings = []stretching{
	{passes: 3, memory: 64 << 10, lanes: 4},
}

// StretchMemory is what one stretch holds while it runs, at most, in bytes.
const StretchMemory = 64 << 20

// ErrStretch says that nobody can stretch this: a version that this program does
// not know, a secret that is too long, or a stretcher that has ended.
var ErrStretch = errors.New("the passphrase cannot be stretched")

// A Stretcher makes 32 bytes of a secret and a salt, slowly. Versions are numbered
// from 0; with a version above Newest, or one below 0, it fails.
type Stretcher interface {
	Stretch(version int64, secret, salt []byte) ([]byte, error)
	Newest() int64
}

// InProcess stretches in the process that asks: for tests, and for commands that
// serve nobody meanwhile.
type InProcess struct{}

var _ Stretcher = InProcess{}

// Newest is the version that a new passphrase is stretched with.
func (InProcess) Newest() int64 { return int64(len(stretchings) - 1) }

// Stretch runs Argon2id with the cost of a version.
func (s InProcess) Stretch(version int64, secret, salt []byte) ([]byte, error) {
	if version < 0 || version > s.Newest() || len(secret) > maxStretched {
		return nil, ErrStretch
	}
	cost := stretchings[version]
	return argon2.IDKey(secret, salt, cost.passes, cost.memory, cost.lanes, keySize), nil
}

// stretch is version 0.
func stretch(secret, salt []byte) []byte {
	cost := stretchings[0]
	return argon2.IDKey(secret, salt, cost.passes, cost.memory, cost.lanes, keySize)
}

// The two halves of a stretcher in another process talk over one connection. A
// question is
//
//	length   4 bytes, of what follows
//	number   4 bytes, drawn by who asks
//	version  1 byte
//	salt     1 byte for its length, then the salt
//	secret   the rest
//
// and its answer, in whatever order they are ready,
//
//	number   4 bytes
//	done     1 byte: 1, or 0 for what cannot be stretched
//	made     32 bytes
//
// all numbers big-endian. Whoever reads what is not of this form ends.
type stretchQuestion struct {
	number       uint32
	version      uint8
	salt, secret []byte
}

const (
	// maxStretched bounds a secret. Normalising can make a text eleven times as
	// long, and what people type is bounded long before.
	maxStretched   = 1 << 20
	stretchHead    = 4 + 1 + 1
	maxQuestion    = stretchHead + 255 + maxStretched
	answerSize     = 4 + 1 + keySize
	stretchedDone  = 1
	stretchedNever = 0
)

var errQuestion = errors.New("reading a question to stretch: it has not the form of one")

// append writes a question. Salts have 16 bytes, and never more than 255.
func (q stretchQuestion) append(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(stretchHead+len(q.salt)+len(q.secret)))
	b = binary.BigEndian.AppendUint32(b, q.number)
	b = append(b, q.version, byte(len(q.salt)))
	return append(append(b, q.salt...), q.secret...)
}

// readQuestion reads one; io.EOF when there is none any more.
func readQuestion(r io.Reader) (stretchQuestion, error) {
	var length [4]byte
	if _, err := io.ReadFull(r, length[:]); err == io.EOF {
		return stretchQuestion{}, io.EOF
	} else if err != nil {
		return stretchQuestion{}, errQuestion
	}
	n := binary.BigEndian.Uint32(length[:])
	if n < stretchHead || n > maxQuestion {
		return stretchQuestion{}, errQuestion
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return stretchQuestion{}, errQuestion
	}
	q := stretchQuestion{number: binary.BigEndian.Uint32(b), version: b[4]}
	salt, rest := int(b[5]), b[stretchHead:]
	if salt > len(rest) || len(rest)-salt > maxStretched {
		return stretchQuestion{}, errQuestion
	}
	q.salt, q.secret = rest[:salt], rest[salt:]
	return q, nil
}

// AnswerStretches stretches what is asked over a connection, so many at once,
// until the other side closes it.
func AnswerStretches(conn io.ReadWriter, atOnce int) error {
	places := make(chan struct{}, atOnce)
	var one sync.Mutex // answers are whole
	var failed error
	for {
		q, err := readQuestion(conn)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		places <- struct{}{}
		go func() {
			defer func() { <-places }()
			answer := q.answer()
			one.Lock()
			defer one.Unlock()
			if failed == nil {
				_, failed = conn.Write(answer)
			}
		}()
	}
}

func (q stretchQuestion) answer() []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, answerSize), q.number)
	made, err := InProcess{}.Stretch(int64(q.version), q.secret, q.salt)
	clear(q.secret)
	if err != nil {
		return append(append(b, stretchedNever), make([]byte, keySize)...)
	}
	return append(append(b, stretchedDone), made...)
}

// Remote is a stretcher at the other end of a connection.
type Remote struct {
	conn io.ReadWriteCloser

	asking  sync.Mutex // questions are whole; never taken under mu, since asking waits for the other end
	mu      sync.Mutex // guards what follows
	waiting map[uint32]chan<- []byte
	number  uint32
	over    bool
}

var _ Stretcher = (*Remote)(nil)

// NewRemote asks over conn what AnswerStretches answers there, until Close.
func NewRemote(conn io.ReadWriteCloser) *Remote {
	r := &Remote{conn: conn, waiting: map[uint32]chan<- []byte{}}
	go r.read()
	return r
}

// Newest is the same on both ends: they are one program.
func (r *Remote) Newest() int64 { return InProcess{}.Newest() }

// Stretch asks and waits. It does not give up early: who waits holds a place, and
// the work goes on at the other end.
func (r *Remote) Stretch(version int64, secret, salt []byte) ([]byte, error) {
	if version < 0 || version > r.Newest() || version > 255 || len(secret) > maxStretched || len(salt) > 255 {
		return nil, ErrStretch
	}
	answer := make(chan []byte, 1)
	if err := r.ask(answer, stretchQuestion{version: uint8(version), salt: salt, secret: secret}); err != nil {
		return nil, err
	}
	made, ok := <-answer
	if !ok {
		return nil, fmt.Errorf("%w: what stretches has ended", ErrStretch)
	}
	if made[0] != stretchedDone {
		return nil, ErrStretch
	}
	return made[1:], nil
}

func (r *Remote) ask(answer chan<- []byte, q stretchQuestion) error {
	if err := r.expect(answer, &q); err != nil {
		return err
	}
	b := q.append(make([]byte, 0, 4+stretchHead+len(q.salt)+len(q.secret)))
	defer clear(b)
	r.asking.Lock()
	defer r.asking.Unlock()
	if _, err := r.conn.Write(b); err != nil {
		return fmt.Errorf("%w: asking what stretches: %w", ErrStretch, err)
	}
	return nil
}

// expect numbers a question and says where its answer goes.
func (r *Remote) expect(answer chan<- []byte, q *stretchQuestion) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return fmt.Errorf("%w: what stretches has ended", ErrStretch)
	}
	r.number++
	q.number = r.number
	r.waiting[q.number] = answer
	return nil
}

// read hands out the answers until the connection ends; then nobody waits on.
func (r *Remote) read() {
	for {
		b := make([]byte, answerSize)
		_, err := io.ReadFull(r.conn, b)
		r.mu.Lock()
		if err != nil {
			r.over = true
			for _, answer := range r.waiting {
				close(answer)
			}
			clear(r.waiting)
			r.mu.Unlock()
			return
		}
		number := binary.BigEndian.Uint32(b)
		if answer, ok := r.waiting[number]; ok {
			answer <- b[4:]
			delete(r.waiting, number)
		}
		r.mu.Unlock()
	}
}

// Close ends the connection, and with it whoever answers at its other end.
func (r *Remote) Close() error { return r.conn.Close() }
