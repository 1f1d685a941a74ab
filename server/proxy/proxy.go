// Package proxy says from where a request comes that somebody else hands on. It trusts
// nobody who was not named beforehand.
package proxy

import (
	"net/http"
	"net/netip"
	"strings"
)

// Proxy is what stands before the service: the addresses that requests may be
// handed on by, and the header in which each of them adds from whom it took the
// request. The zero value is a service that people reach themselves.
type Proxy struct {
	Header string // such as X-Forwarded-For; a list of addresses, the newest last
	From   []netip.Prefix
}

// Source is the address that a request comes from: the socket's, or, as long as
// that is a proxy's, the one that it took the request from. What stands further
// left was written by whoever asks and is not read; where a proxy left no address,
// the source is that proxy.
func (p Proxy) Source(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	source := at.Addr().Unmap().WithZone("")
	if p.Header == "" {
		return source.String()
	}
	hops := strings.Split(strings.Join(r.Header.Values(p.Header), ","), ",")
	for i := len(hops) - 1; i >= 0 && p.trusts(source); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		source = hop.Unmap().WithZone("")
	}
	return source.String()
}

func (p Proxy) trusts(a netip.Addr) bool {
	for _, prefix := range p.From {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}
