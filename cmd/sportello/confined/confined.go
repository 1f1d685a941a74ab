// Package confined takes from a process what serving never needs.
package confined

import (
	"errors"
	"fmt"
	"log/slog"
	"syscall"
	"time"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
)

// What a confined process may do in its data folder: no symbolic link, no device, no new
// folder, and nothing is executed.
const dataRights landlock.AccessFSSet = ll.AccessFSReadFile | ll.AccessFSReadDir | ll.AccessFSWriteFile |
	ll.AccessFSTruncate | ll.AccessFSMakeReg | ll.AccessFSMakeSock | ll.AccessFSRemoveFile

// To gives up, for good and on every thread, what serving never needs: any
// file outside the data folder, any program, and from Linux 6.7 on any TCP
// connection or port but the one that listens already. It holds against code that
// somebody brought into the process. It takes back no file that is open, and not
// what the folder holds; MPTCP and, before ABI 10, UDP are not limited.
//
// A kernel without Landlock is no error, and the log says so; nor is a container
// whose filter does not know it yet and forbids to ask. A kernel that has it and
// fails stops the start. more is for what else a caller needs.
func To(log *slog.Logger, folders []string, more ...landlock.Rule) error {
	_, _ = time.Now().Zone() // the machine's zone is read once, from a file that is out of reach afterwards
	rules := append(more,
		// Each by itself: keys and secrets may be links to another disk.
		landlock.PathAccess(dataRights, folders...),
		// SQLite seeds its own random numbers from it.
		landlock.PathAccess(ll.AccessFSReadFile, "/dev/urandom").IgnoreIfMissing())
	abi, err := Restrict(rules...)
	switch {
	case err != nil:
		return err
	case abi < 1:
		log.Warn(Says(0))
	default:
		log.Info(Says(abi), "landlock", abi)
	}
	return nil
}

// Restrict leaves the process what the rules name, and tells with which version of
// Landlock; below 1 the kernel has none and nothing was done.
func Restrict(rules ...landlock.Rule) (abi int, err error) {
	abi, err = ll.LandlockGetABIVersion()
	switch {
	case errors.Is(err, syscall.ENOSYS), errors.Is(err, syscall.EOPNOTSUPP), errors.Is(err, syscall.EPERM):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("asking the kernel how it confines: %w", err)
	}
	if err := landlock.V11.BestEffort().Restrict(rules...); err != nil {
		return 0, fmt.Errorf("confining the process: %w", err)
	}
	return abi, nil
}

// Says is what a version of Landlock holds the process to.
func Says(abi int) string {
	switch {
	case abi < 1:
		return "not confined: this kernel has no Landlock, or it is switched off or out of reach"
	case abi < 4:
		return "confined to the data folder; connections are not limited, this kernel's Landlock is too old"
	}
	return "confined to the data folder; no TCP connection goes out"
}
