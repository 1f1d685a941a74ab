package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"sportello/cmd/sportello/ownsheets"
	"sportello/policies"
	"sportello/policies/acts"
	"sportello/referrals/towns"

	"github.com/spf13/cobra"
)

func (p *program) serveCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "serve", GroupID: "run", Args: cobra.NoArgs,
		Short: "Serve the site",
		Long: `Serves the site over TLS until it gets SIGTERM or SIGINT, then lets running
answers finish. It makes no account.

At start it replays the log; then it serves, and holds every record to the log in
the background, again each hour. One that differs opens on no page; a log line and
the auditor's page name it, and every page of the staff says that there is one.

While it runs, the other commands on the same folder are handed to it.

What strangers try is bounded by where they come from. Behind a proxy that is the
proxy, unless --proxy and --proxy-header say which it is and where it writes from
whom it took a request: the last address there that is no proxy's counts.

Passphrases are stretched in a process of their own that may do nothing else. If
it ends, the service ends too, and wants to be started again.

--texts names a JSON file with the agency's own words. Emergency number and duties
are taken over at the first start that finds none, and are kept on a page from then on:
  {"emergency": {"Name": "…", "Phone": "…", "Hours": "…"},
   "duties": [{"What": "…", "ToWhom": "…"}],
   "call_back": {"Minutes": 30, "Tries": 3}}
The agency's own sheets are the files of --sheets, read at start: see sheets check.
call_back is what leave to call back is worth if the line drops, 30 and 3 where it is
left out.`,
		Example: `  sportello serve --dir /var/lib/sportello --addr :443 --cert fullchain.pem --key privkey.pem
  sportello serve --addr 127.0.0.1:8080 --insecure-loopback \
    --proxy 127.0.0.1 --proxy-header X-Forwarded-For   # behind a proxy on this machine`,
		RunE: func(c *cobra.Command, _ []string) error { return p.serve(c.Context()) },
	}
	p.takes(c, "addr", "cert", "key", "insecure-loopback", "clock-checked", "proxy", "proxy-header", "stretches", "texts", "sheets")
	return c
}

// built refuses to serve where the list of towns is missing: then nobody would be far.
func built() error {
	if towns.Built() {
		return nil
	}
	return refuse(nil, "this program was built without its list of towns: run `make build`, which needs Node and npm")
}

func (p *program) serve(ctx context.Context) error {
	if err := built(); err != nil {
		return err
	}
	secure, err := p.secure()
	if err != nil {
		return err
	}
	words, err := readTexts(p.text("texts"))
	if err != nil {
		return err
	}
	n, err := p.stretches()
	if err != nil {
		return err
	}
	proxy, err := p.behind()
	if err != nil {
		return err
	}
	apart, err := startStretcher(n)
	if err != nil {
		return err
	}
	in, err := openInstance(ctx, p.text("dir"), opening{now: time.Now, stretches: n, stretcher: apart, clockChecked: p.yes("clock-checked")})
	if err != nil {
		return errors.Join(err, apart.Close())
	}
	logger := slog.New(slog.NewTextHandler(p.err, nil))
	s := &site{in: in, log: logger, texts: words, sheets: ownsheets.Read(p.text("sheets"), p.text("dir"), len(words.Sheets) > 0, logger), proxy: proxy}
	return errors.Join(p.serveInstance(ctx, s, secure, apart), in.Close(), apart.Close())
}

func (p *program) serveInstance(ctx context.Context, s *site, secure *tls.Config, apart *stretcher) error {
	in, logger := s.in, s.log
	if p.yes("clock-checked") {
		if _, err := in.office.Maintain(ctx, acts.ConsoleCaller(), policies.ClockAccept); err != nil {
			return fmt.Errorf("recording that the clock was checked: %w", err)
		}
	}
	l, err := listen(ctx, p.text("addr"))
	if err != nil {
		return err
	}
	if err := confine(logger, in.dir); err != nil {
		return errors.Join(err, l.Close())
	}
	logger.Info("serving", "address", l.Addr().String(), "tls", secure != nil)
	if secure == nil && s.proxy.Header == "" {
		logger.Warn("everybody on an unknown device counts as one source: behind a proxy, name it with --proxy and --proxy-header")
	}
	ctx, cancel := apart.while(ctx)
	defer cancel()
	return s.run(ctx, l, secure)
}

// secure decides how the site is protected on its way. Plain HTTP is for a
// loopback address only, and has to be asked for.
func (p *program) secure() (*tls.Config, error) {
	cert, key := p.text("cert"), p.text("key")
	if p.yes("insecure-loopback") {
		if cert != "" || key != "" {
			return nil, wrongUse("--insecure-loopback is plain HTTP: it takes no --cert and no --key")
		}
		if !loopback(p.text("addr")) {
			return nil, refuse(nil, "--insecure-loopback serves plain HTTP, which is refused on any address but a loopback one such as 127.0.0.1:8080")
		}
		return nil, nil
	}
	if cert == "" || key == "" {
		return nil, refuse(nil, "serving needs a certificate: give --cert and --key, or --insecure-loopback behind a proxy on this machine")
	}
	return secureConfig(cert, key)
}
