// Package files is how a command writes files. The log writes its state file by
// itself, in policies/audit: whole or not at all is part of what it promises.
package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteStream makes a new file of the owner's alone, or none.
func WriteStream(path string, f func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("making a file: %w", err)
	}
	err = f(file)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// WriteNew makes a file of the owner's alone, durably. It replaces nothing.
func WriteNew(path string, b []byte) error {
	err := WriteStream(path, func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
	if err != nil {
		return fmt.Errorf("writing a file: %w", err)
	}
	return Sync(filepath.Dir(path))
}

// Replace writes a file of the owner's alone, at once or not at all.
func Replace(path string, b []byte) error {
	tmp := path + ".new"
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("clearing a half-written file: %w", err)
	}
	if err := WriteNew(tmp, b); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return fmt.Errorf("replacing a file: %w", err)
	}
	return Sync(filepath.Dir(path))
}

// Sync makes what a folder lists durable.
func Sync(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("opening a folder: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("syncing a folder: %w", err)
	}
	return nil
}
