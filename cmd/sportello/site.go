package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"sportello/cmd/sportello/conf"
	"sportello/policies/acts"
	"sportello/policies/audit"
	"sportello/referrals/rule"
	"sportello/referrals/sheets"
	"sportello/referrals/towns"
	"sportello/server"
	"sportello/server/frame"
	"sportello/server/proxy"
)

// stopWithin is how long a stop waits for answers that are under way.
const stopWithin = 20 * time.Second

// site answers requests for one instance until its context ends.
type site struct {
	in     *instance
	log    *slog.Logger
	texts  texts
	sheets *sheets.Set
	proxy  proxy.Proxy
	closed atomic.Bool // the log is not what was signed: nothing is answered
	untold bool        // refused sign-ins could not be recorded
}

// texts are what an agency says in its own words.
type texts struct {
	Emergency conf.Number     `json:"emergency"` // taken over once, as are the duties
	Duties    []conf.Duty     `json:"duties"`
	Sheets    json.RawMessage `json:"sheets"`    // of an earlier program, which had no texts: read and not used
	CallBack  *rule.Leave     `json:"call_back"` // nil for the usual leave
}

func readTexts(path string) (texts, error) {
	var t texts
	if path == "" {
		return t, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return t, fmt.Errorf("opening the file of texts: %w", err)
	}
	defer f.Close()
	d := json.NewDecoder(f)
	d.DisallowUnknownFields()
	if err := d.Decode(&t); err != nil {
		return t, refuse(err, "reading the file of texts: it is not the JSON that `sportello help serve` shows")
	}
	if l := t.CallBack; l != nil && (l.Minutes < 1 || l.Minutes > 120 || l.Tries < 1 || l.Tries > 10) {
		return t, refuse(nil, "reading the file of texts: call_back takes 1 to 120 Minutes and 1 to 10 Tries")
	}
	return t, nil
}

// handler is the web edge behind the door that a failed check shuts.
func (s *site) handler() (http.Handler, error) {
	if s.texts.CallBack != nil {
		s.in.desk.Cases.Leave = *s.texts.CallBack
	}
	edge, err := server.New(frame.Config{Desk: s.in.desk, Door: s.in.door, Logger: s.log,
		Sheets: s.sheets, Proxy: s.proxy})
	if err != nil {
		return nil, err
	}
	open, shut := edge.Handler(), edge.Shut()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.closed.Load() {
			shut.ServeHTTP(w, r)
			return
		}
		open.ServeHTTP(w, r)
	}), nil
}

// run serves on a listener until ctx ends, then lets answers finish.
func (s *site) run(ctx context.Context, l net.Listener, secure *tls.Config) error {
	if !towns.Built() { // nobody would be far
		return refuse(nil, "this program was built without its list of towns: run `make build`, which needs Node and npm")
	}
	if err := conf.TakeOver(ctx, s.in.office, s.log, s.texts.Emergency, s.texts.Duties); err != nil {
		return errors.Join(err, l.Close())
	}
	handler, err := s.handler()
	if err != nil {
		return errors.Join(err, l.Close())
	}
	h := &http.Server{
		Handler:           handler,
		TLSConfig:         secure,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       frame.ReadTimeout,
		WriteTimeout:      frame.Timeout,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    frame.MaxHeader,
		// What net/http would say of a connection can hold an address: dropped.
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	stopControl, err := control(context.WithoutCancel(ctx), s.in)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	watched, told := s.watch(background), s.tellRefusals(background)
	failed := make(chan error, 1)
	go func() {
		if secure != nil {
			failed <- h.ServeTLS(l, "", "")
			return
		}
		failed <- h.Serve(l)
	}()
	select {
	case err = <-failed:
		err = fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
		ended := context.Cause(ctx)
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
		err = h.Shutdown(late)
		cancel()
		if err != nil {
			err = fmt.Errorf("stopping: %w", errors.Join(err, h.Close()))
		}
		if errors.Is(ended, errStretcherEnded) {
			err = errors.Join(ended, err)
		}
	}
	stop()
	<-watched
	<-told
	return errors.Join(err, stopControl())
}

// How often the background looks after the instance.
const (
	sweepEvery = time.Minute
	checkEvery = time.Hour
)

// watch sweeps what has ended every minute, and holds all records to the log at
// start and every hour. It ends with ctx.
func (s *site) watch(ctx context.Context) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		sweep, check := time.NewTicker(sweepEvery), time.NewTicker(checkEvery)
		defer sweep.Stop()
		defer check.Stop()
		s.check(ctx)
		s.endOver(ctx)
		for {
			select {
			case <-ctx.Done():
				return
			case <-sweep.C:
				s.sweep(ctx)
			case <-check.C:
				s.check(ctx)
				s.endOver(ctx)
			}
		}
	}()
	return done
}

func (s *site) sweep(ctx context.Context) {
	if err := s.in.door.Sweep(ctx); err != nil && ctx.Err() == nil {
		s.log.Error("what has ended could not be deleted; trying again in a minute", "error", err)
	}
	if err := s.in.store.Log().StateError(); err != nil {
		s.log.Error("the state file could not be written: an old copy of the database would not be noticed", "error", err)
	}
}

// check holds every record to the log. A log that is not what was signed shuts
// the service: nobody could say what happened in it. A record that differs is
// refused by each page that needs it; every page says that there are such, and
// the rest of the work goes on.
func (s *site) check(ctx context.Context) {
	v, err := s.in.desk.AuditLog.CheckRecords(ctx)
	switch {
	case ctx.Err() != nil:
		return
	case errors.Is(err, audit.ErrLogTampered):
		s.closed.Store(true)
		s.log.Error("the service is closed: the log is not what was signed; run audit verify --records", "error", err)
	case err != nil:
		s.log.Error("the records could not be checked; trying again in an hour", "error", err)
	case !v.Good():
		for _, problem := range v.Records.Problems {
			s.log.Error("a record is not what the log says, and no page uses it; run audit verify --records",
				"table", problem.Table, "id", problem.ID, "fault", string(problem.Fault))
		}
	default:
		s.log.Info("all records are what the log says", "records", v.Records.Checked, "leaves", v.Checkpoint.Size)
	}
}

// endOver takes the content out of what is over: declined, expired, finished.
func (s *site) endOver(ctx context.Context) {
	if s.closed.Load() {
		return
	}
	n, err := s.in.desk.EndOver(ctx, acts.ConsoleCaller())
	switch {
	case ctx.Err() != nil:
	case err != nil:
		s.log.Error("what is over could not be ended; trying again in an hour", "error", err)
	case n > 0:
		s.log.Info("what is over was ended", "records", n)
	}
}

// secureConfig reads certificate and key. TLS 1.2 is for old phones in centres;
// only suites with forward secrecy and authenticated encryption are offered.
func secureConfig(cert, key string) (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, refuse(err, "reading certificate and key: they are missing, not PEM, or do not belong together")
	}
	return &tls.Config{
		Certificates: []tls.Certificate{pair},
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"h2", "http/1.1"},
		CipherSuites: []uint16{
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
			tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		},
	}, nil
}

// loopback tells whether an address is one that no other machine reaches. A
// name is not: what it means is decided elsewhere.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listening: %w", err)
	}
	return l, nil
}

// behind reads which proxies stand before the service. Both settings are needed,
// and nothing is guessed: a header that anybody may write would let a stranger be
// whom he likes.
func (p *program) behind() (proxy.Proxy, error) {
	proxy := proxy.Proxy{Header: http.CanonicalHeaderKey(p.text("proxy-header"))}
	if (proxy.Header == "") != (p.text("proxy") == "") {
		return proxy, wrongUse("reading the settings proxy and proxy-header: they need each other")
	}
	if proxy.Header == "" {
		return proxy, nil
	}
	if proxy.Header == "Forwarded" || strings.Trim(strings.ToLower(proxy.Header), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return proxy, wrongUse("reading the setting proxy-header: it names a header with a list of addresses, such as X-Forwarded-For")
	}
	for _, text := range strings.Split(p.text("proxy"), ",") {
		network, err := network(strings.TrimSpace(text))
		if err != nil {
			return proxy, wrongUse("reading the setting proxy: it is a list of addresses or networks, such as 10.0.0.7 or 10.0.0.0/8")
		}
		proxy.From = append(proxy.From, network)
	}
	return proxy, nil
}

// network reads an address, or a network that is not the whole world.
func network(text string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(text); err == nil {
		return a.Unmap().Prefix(a.Unmap().BitLen())
	}
	n, err := netip.ParsePrefix(text)
	if err == nil && n.Bits() == 0 {
		return n, errors.New("reading a network: it is everybody")
	}
	return n, err
}

// stretches is how many passphrases are stretched at once.
func (p *program) stretches() (int, error) {
	n, err := strconv.Atoi(p.text("stretches"))
	if err != nil || n < 1 || n > 64 {
		return 0, wrongUse("reading the setting stretches: it is a number from 1 to 64")
	}
	return max(leastPlaces, n), nil
}
