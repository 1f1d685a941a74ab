package crypto

import (
	"bytes"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
)

// TestStretchersAgree: a stretcher in another process makes what one here makes,
// however many ask at once, and the key of a box is the one of the vectors.
func TestStretchersAgree(t *testing.T) {
	here, there := net.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- AnswerStretches(there, 2) }()
	r := NewRemote(here)
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			secret, salt := []byte{'a', byte(i)}, bytes.Repeat([]byte{byte(i)}, 16)
			want, err := InProcess{}.Stretch(0, secret, salt)
			if err != nil {
				t.Error(err)
			}
			got, err := r.Stretch(0, secret, salt)
			if err != nil || !bytes.Equal(got, want) || !bytes.Equal(want, stretch(secret, salt)) {
				t.Errorf("%d: %x, %v, want %x", i, got, err, want)
			}
		})
	}
	all.Wait()
	pepper, salt := NewPepper(), NewSalt()
	made, err := r.Stretch(0, []byte(NormalisePassphrase("Abaco  Fune")), salt)
	if err != nil || !bytes.Equal(pepper.KEKOf(made).Bytes(), pepper.KEK("abaco-fune", salt).Bytes()) {
		t.Errorf("the key of a box: %v", err)
	}
	for name, f := range map[string]func() ([]byte, error){
		"a version to come":       func() ([]byte, error) { return r.Stretch(r.Newest()+1, nil, salt) },
		"no version":              func() ([]byte, error) { return r.Stretch(-1, nil, salt) },
		"a secret that is a book": func() ([]byte, error) { return r.Stretch(0, make([]byte, maxStretched+1), salt) },
		"a salt without end":      func() ([]byte, error) { return r.Stretch(0, nil, make([]byte, 256)) },
	} {
		if _, err := f(); !errors.Is(err, ErrStretch) {
			t.Errorf("%s: got %v, want ErrStretch", name, err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("the other end: %v", err)
	}
	if _, err := r.Stretch(0, []byte("a"), salt); !errors.Is(err, ErrStretch) {
		t.Errorf("after the end: got %v, want ErrStretch", err)
	}
}

// TestNoVersionIsCheap: every version costs at least what version 0 does, and that is
// 64 MiB and three passes. A row that names another is refused here and in the other
// process: TestStretchersAgree.
func TestNoVersionIsCheap(t *testing.T) {
	if v := stretchings[0]; v != (stretching{passes: 3, memory: 64 << 10, lanes: 4}) {
		t.Errorf("version 0 is now %+v: what anybody has opens nothing", v)
	}
	for i, v := range stretchings {
		if v.passes < 3 || v.memory < 64<<10 || v.lanes > 4 {
			t.Errorf("version %d is cheap: %+v", i, v)
		}
		if v.memory<<10 > StretchMemory {
			t.Errorf("version %d takes more than is said: %+v", i, v)
		}
	}
}

// TestStretcherEnds: who waits for an answer when the other end is gone is told.
func TestStretcherEnds(t *testing.T) {
	here, there := net.Pipe()
	r := NewRemote(here)
	told := make(chan error, 3)
	for range cap(told) {
		go func() {
			_, err := r.Stretch(0, []byte("a"), NewSalt())
			told <- err
		}()
	}
	if _, err := readQuestion(there); err != nil {
		t.Fatal(err)
	}
	there.Close()
	for range cap(told) {
		if err := <-told; !errors.Is(err, ErrStretch) {
			t.Errorf("got %v, want ErrStretch", err)
		}
	}
}

// FuzzStretchQuestion: what is read is what would be written, and nothing is read
// of a form that would not be.
func FuzzStretchQuestion(f *testing.F) {
	f.Add(stretchQuestion{7, 0, bytes.Repeat([]byte{1}, 16), []byte("abaco-fune")}.append(nil))
	f.Add(stretchQuestion{}.append(nil))
	f.Add([]byte{0, 0, 0, 6, 0, 0, 0, 1, 0, 9})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bytes.NewReader(b)
		q, err := readQuestion(r)
		if err != nil {
			if q.secret != nil || q.salt != nil {
				t.Error("something was read of a bad question")
			}
			if err == io.EOF && len(b) != 0 {
				t.Error("half a question is taken for the end")
			}
			return
		}
		if got, want := q.append(nil), b[:len(b)-r.Len()]; !bytes.Equal(got, want) {
			t.Errorf("read %x, written again %x", want, got)
		}
	})
}
