package storetest

import (
	"bytes"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// ownMounts tells a test's second process that it is one.
const ownMounts = "SPORTELLO_OWN_MOUNTS"

// Alone runs the test once more in a process of its own whose mounts and limits
// nobody else sees, and reports false there. In the first process it reports true:
// the test is done, and failed if the second one did. It needs root, or a kernel
// that lets everybody have a user namespace; without either it fails.
func Alone(t *testing.T) bool {
	t.Helper()
	if os.Getenv(ownMounts) != "" {
		if err := syscall.Mount("none", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
			t.Fatalf("keeping mounts to this process: %v", err)
		}
		return false
	}
	c := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=120s")
	c.Env = append(os.Environ(), ownMounts+"=1")
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if uid := os.Getuid(); uid != 0 {
		c.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: uid, Size: 1}}
		c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	out, err := c.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Fatalf("in a process of its own: %v\n%s", err, out)
	}
	t.Logf("in a process of its own:\n%s", out)
	return true
}

// Disk puts a folder on a file system of its own of the given size ("6m").
type Disk struct {
	t   testing.TB
	dir string
}

// NewDisk moves what a folder holds to a new file system mounted over it. Only in
// a process of Alone.
func NewDisk(t testing.TB, dir, size string) *Disk {
	t.Helper()
	aside := t.TempDir()
	if err := os.CopyFS(aside+"/was", os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size+",mode=0700"); err != nil {
		t.Fatalf("mounting a small disk: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	if err := os.CopyFS(dir, os.DirFS(aside+"/was")); err != nil {
		t.Fatal(err)
	}
	return &Disk{t, dir}
}

// Resize gives the disk another size.
func (d *Disk) Resize(size string) {
	d.t.Helper()
	if err := syscall.Mount("tmpfs", d.dir, "tmpfs", syscall.MS_REMOUNT, "size="+size); err != nil {
		d.t.Fatalf("resizing a small disk: %v", err)
	}
}

// Free is how many bytes can still be written.
func (d *Disk) Free() uint64 {
	d.t.Helper()
	var s syscall.Statfs_t
	if err := syscall.Statfs(d.dir, &s); err != nil {
		d.t.Fatal(err)
	}
	return s.Bavail * uint64(s.Bsize)
}

// Fill writes a file until nothing more fits.
func (d *Disk) Fill() {
	d.t.Helper()
	f, err := os.OpenFile(d.dir+"/ballast", os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	for {
		if _, err = f.Write(make([]byte, 4096)); err != nil {
			break
		}
	}
	if d.Free() != 0 {
		d.t.Fatalf("the disk has room for %d bytes after %v", d.Free(), err)
	}
}

// ReadOnly lets nothing below a folder be changed, until the function it returns.
func ReadOnly(t testing.TB, dir string) (end func()) {
	t.Helper()
	for _, flags := range []uintptr{syscall.MS_BIND, syscall.MS_BIND | syscall.MS_REMOUNT | syscall.MS_RDONLY} {
		if err := syscall.Mount(dir, dir, "", flags, ""); err != nil {
			t.Fatalf("making a folder read-only: %v", err)
		}
	}
	if err := os.WriteFile(dir+"/try", nil, 0o600); err == nil {
		t.Fatal("the folder is not read-only")
	}
	return func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Fatal(err)
		}
	}
}
