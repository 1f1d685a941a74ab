// Command sportello serves the site and administers it.
//
// It keeps a data folder: the database, the secrets that a backup rotates out,
// and the key files. It holds no rule of the domain: what it does to an
// instance it does as the console, through the gate that decides and records
// every act, and never by writing rows. It does not protect against who can
// read its folder and its memory at once.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // days are those of Italy, also where no zone files are installed
)

func main() {
	// Whatever this program makes is its owner's alone.
	syscall.Umask(0o077)
	if err := harden(); err != nil {
		fmt.Fprintf(os.Stderr, "sportello: %v\n", err)
		os.Exit(exitFailed)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
