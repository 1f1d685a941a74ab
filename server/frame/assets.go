package frame

import (
	"embed"
	"io/fs"
	"net/http"
	"strings"
	"sync"
)

// The built style, script, fonts and licences. A clean clone holds only a
// .gitignore here, and the program says so on its pages until `make assets`.
//
//go:embed all:static
var builtFiles embed.FS

//go:embed *.templ
var templates embed.FS

// Own is the room of what every page has, of the error page and of the step-up.
func Own() Room { return Room{Templates: templates} }

// ContentSecurityPolicy allows what the pages need and nothing else: no inline
// script or style, no other host, no frame.
const ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; " +
	"connect-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; " +
	"require-trusted-types-for 'script'"

func static() fs.FS {
	sub, err := fs.Sub(builtFiles, "static")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// AssetsBuilt tells whether `make assets` ran before this program was built.
func AssetsBuilt() bool {
	_, err := fs.Stat(static(), "app.css")
	return err == nil
}

// sums are the first digits of each built file's SHA-256, so that an address
// changes with its content and may be kept for a year.
var sums = sync.OnceValue(func() map[string]string {
	list := make(map[string]string)
	body, err := fs.ReadFile(static(), "SHA256SUMS")
	if err != nil {
		return list
	}
	for _, line := range strings.Split(string(body), "\n") {
		if sum, name, ok := strings.Cut(line, "  "); ok && len(sum) >= 12 {
			list[name] = sum[:12]
		}
	}
	return list
})

// asset is the address of a built file.
func asset(name string) string {
	if sum, ok := sums()[name]; ok {
		return "/static/" + name + "?v=" + sum
	}
	return "/static/" + name
}

// StaticHandler serves the built files under /static/; folders and whatever is
// not one of these files do not exist.
func StaticHandler() http.Handler {
	files := http.StripPrefix("/static/", http.FileServerFS(static()))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/static/")
		info, err := fs.Stat(static(), name)
		if err != nil || info.IsDir() || strings.HasPrefix(name, ".") {
			http.NotFound(w, r)
			return
		}
		cache := "public, max-age=3600"
		if r.URL.Query().Get("v") != "" || strings.HasPrefix(name, "fonts/") {
			cache = "public, max-age=31536000, immutable"
		}
		w.Header().Set("Cache-Control", cache)
		files.ServeHTTP(w, r)
	})
}

// Built reads one of the built files.
func Built(name string) ([]byte, error) { return fs.ReadFile(static(), name) }
