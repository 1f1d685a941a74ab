package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"database/sql"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	_ "github.com/mattn/go-sqlite3"
)

func TestMain(m *testing.M) {
	testscript.Main(tidy{m}, map[string]func(){"sportello": main})
}

// tidy removes the seeded folder after the last test.
type tidy struct{ m *testing.M }

func (t tidy) Run() int {
	code := t.m.Run()
	if seedDir != "" {
		os.RemoveAll(seedDir)
	}
	return code
}

// TestScripts runs testdata/*.txtar, which read as a manual of the commands.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("TMPDIR", e.Getenv("WORK"))
			e.Setenv("ESC", "\x1b")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":       exits,
			"seeded":      seeded,
			"sqlite":      sqlite,
			"tamper":      tamper,
			"unzip":       unzip,
			"age":         age,
			"edit":        edit,
			"mode":        mode,
			"waitfor":     waitFor,
			"freeport":    freePort,
			"certificate": certificate,
			"get":         get,
			"line":        line,
			"newcomer":    newcomerCommand,
		},
	})
}

// exits CODE PROGRAM ARGS... runs a program that must end with this exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var failed *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &failed) {
		got = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

var (
	seedOnce sync.Once
	seedDir  string
	seedErr  error
)

// seeded DIR is a demo's folder that was filled through Door and Desk, once.
func seeded(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(seedInto(ts.MkAbs(args[0])))
}

func seedInto(to string) error {
	seedOnce.Do(func() {
		if seedDir, seedErr = os.MkdirTemp("", "sportello-seed-"); seedErr == nil {
			seedErr = seedDemo(context.Background(), seedDir)
		}
	})
	if seedErr != nil {
		return seedErr
	}
	return copyFolder(seedDir, to)
}

// copyFolder copies a data folder, its permissions those that it is to have.
func copyFolder(from, to string) error {
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return err
	}
	return filepath.WalkDir(to, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return os.Chmod(path, 0o600)
	})
}

// sqlite FILE SQL changes a database behind the program's back and prints what
// it selects.
func sqlite(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite3", ts.MkAbs(args[0]))
	ts.Check(err)
	defer db.Close()
	rows, err := db.Query(args[1])
	ts.Check(err)
	defer rows.Close()
	for rows.Next() {
		var text string
		ts.Check(rows.Scan(&text))
		fmt.Fprintln(ts.Stdout(), text)
	}
	ts.Check(rows.Err())
}

// tamper FROM TO FILE OLD NEW replaces text in one file of a zip.
func tamper(ts *testscript.TestScript, _ bool, args []string) {
	z, err := zip.OpenReader(ts.MkAbs(args[0]))
	ts.Check(err)
	defer z.Close()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		r, err := f.Open()
		ts.Check(err)
		b, err := io.ReadAll(r)
		ts.Check(err)
		if f.Name == args[2] {
			changed := bytes.Replace(b, []byte(args[3]), []byte(args[4]), 1)
			if bytes.Equal(changed, b) {
				ts.Fatalf("%s does not hold the text", args[2])
			}
			b = changed
		}
		to, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate})
		ts.Check(err)
		_, err = to.Write(b)
		ts.Check(err)
	}
	ts.Check(w.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), out.Bytes(), 0o600))
}

// unzip FILE prints what a zip holds.
func unzip(ts *testscript.TestScript, _ bool, args []string) {
	z, err := zip.OpenReader(ts.MkAbs(args[0]))
	ts.Check(err)
	defer z.Close()
	for _, f := range z.File {
		r, err := f.Open()
		ts.Check(err)
		_, err = io.Copy(ts.Stdout(), r)
		ts.Check(err)
	}
}

// age -d -i IDENTITY -o FILE SEALED runs the age command of this module's own
// version: an older one does not know hybrid identities.
func age(ts *testscript.TestScript, _ bool, args []string) {
	full := []string{"tool", "age"}
	for _, a := range args {
		if !strings.HasPrefix(a, "-") {
			a = ts.MkAbs(a)
		}
		full = append(full, a)
	}
	out, err := exec.Command("go", full...).CombinedOutput() // in the package's folder
	if err != nil {
		ts.Fatalf("age: %v: %s", err, out)
	}
}

// edit FILE OLD NEW replaces text in a file.
func edit(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	b, err := os.ReadFile(path)
	ts.Check(err)
	changed := strings.Replace(string(b), args[1], args[2], 1)
	if changed == string(b) {
		ts.Fatalf("the file does not hold the text")
	}
	ts.Check(os.WriteFile(path, []byte(changed), 0o600))
}

// mode MODE FILE... compares permissions.
func mode(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args[1:] {
		info, err := os.Stat(ts.MkAbs(name))
		ts.Check(err)
		if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[0] {
			ts.Fatalf("%s has mode %s, want %s", name, got, args[0])
		}
	}
}

// waitfor FILE waits until a file is there.
func waitFor(ts *testscript.TestScript, _ bool, args []string) {
	for range 600 {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	ts.Fatalf("%s did not appear within a minute", args[0])
}

// freeport VARIABLE names a port that nobody listens on.
func freePort(ts *testscript.TestScript, _ bool, args []string) {
	port, err := openPort()
	ts.Check(err)
	ts.Setenv(args[0], port)
}

// openPort is below those that the kernel gives to whoever asks for any, so that
// nobody gets it before it is listened on.
func openPort() (string, error) {
	var last error
	for range 100 {
		port := strconv.Itoa(20000 + mathrand.IntN(10000))
		l, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err == nil {
			return port, l.Close()
		}
		last = err
	}
	return "", last
}

// certificate CERT KEY makes a certificate for 127.0.0.1.
func certificate(ts *testscript.TestScript, _ bool, args []string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	ts.Check(err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	for i, b := range []*pem.Block{{Type: "CERTIFICATE", Bytes: der}, {Type: "PRIVATE KEY", Bytes: secret}} {
		ts.Check(os.WriteFile(ts.MkAbs(args[i]), pem.EncodeToMemory(b), 0o600))
	}
}

// get URL STATUS [TLS-VERSION] asks for a page, at most with that version of TLS
// ("1.1", "1.2", "1.3"), and prints it. "! get URL" is refused before an answer.
func get(ts *testscript.TestScript, neg bool, args []string) {
	config := &tls.Config{InsecureSkipVerify: true} // the test's own certificate
	if len(args) > 2 {
		config.MinVersion = tls.VersionTLS10
		config.MaxVersion = map[string]uint16{"1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}[args[2]]
	}
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: config}, Timeout: 10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := c.Get(args[0])
	if neg {
		if err == nil {
			ts.Fatalf("it answered %d", r.StatusCode)
		}
		return
	}
	ts.Check(err)
	defer r.Body.Close()
	if got := strconv.Itoa(r.StatusCode); got != args[1] {
		ts.Fatalf("status %s, want %s", got, args[1])
	}
	_, err = io.Copy(ts.Stdout(), r.Body)
	ts.Check(err)
}

// line VARIABLE N keeps line N of the last output.
func line(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	lines := strings.Split(strings.TrimSpace(ts.ReadFile("stdout")), "\n")
	if n >= len(lines) {
		ts.Fatalf("the output has %d lines", len(lines))
	}
	ts.Setenv(args[0], strings.TrimSpace(lines[n]))
}
