package proxy

import (
	"net/http"
	"net/netip"
	"testing"
)

// TestSourceIsTheLastUntrustedHop: who asks is whom the last proxy of ours took the
// request from; what she wrote into the header herself names nobody.
func TestSourceIsTheLastUntrustedHop(t *testing.T) {
	behind := Proxy{Header: "X-Forwarded-For", From: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}
	for _, c := range []struct {
		name   string
		proxy  Proxy
		socket string
		header []string
		want   string
	}{
		{"nothing before the service", Proxy{}, "192.0.2.7:4711", []string{"198.51.100.1"}, "192.0.2.7"},
		{"IPv4 in IPv6", Proxy{}, "[::ffff:192.0.2.7]:4711", nil, "192.0.2.7"},
		{"a zone", Proxy{}, "[fe80::1%eth0]:4711", nil, "fe80::1"},
		{"past the proxy", behind, "192.0.2.7:4711", []string{"198.51.100.1"}, "192.0.2.7"},
		{"one proxy", behind, "10.1.2.3:4711", []string{"198.51.100.1"}, "198.51.100.1"},
		{"she names somebody else", behind, "10.1.2.3:4711", []string{"203.0.113.9, 198.51.100.1"}, "198.51.100.1"},
		{"she names a proxy", behind, "10.1.2.3:4711", []string{"203.0.113.9, 10.9.9.9", "198.51.100.1"}, "198.51.100.1"},
		{"two proxies", behind, "10.1.2.3:4711", []string{"203.0.113.9", "198.51.100.1,10.4.4.4"}, "198.51.100.1"},
		{"IPv6", behind, "[fd00::1]:4711", []string{"2001:db8::5"}, "2001:db8::5"},
		{"the proxy left nothing", behind, "10.1.2.3:4711", nil, "10.1.2.3"},
		{"the proxy left no address", behind, "10.1.2.3:4711", []string{"198.51.100.1, unknown"}, "10.1.2.3"},
		{"an address with a port", behind, "10.1.2.3:4711", []string{"198.51.100.1:80"}, "10.1.2.3"},
		{"only proxies", behind, "10.1.2.3:4711", []string{"10.5.5.5"}, "10.5.5.5"},
		{"no socket", behind, "pipe", []string{"198.51.100.1"}, "pipe"},
	} {
		r := &http.Request{RemoteAddr: c.socket, Header: http.Header{}}
		for _, h := range c.header {
			r.Header.Add("X-Forwarded-For", h)
		}
		if got := c.proxy.Source(r); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
