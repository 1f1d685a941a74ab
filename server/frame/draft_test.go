package frame

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// TestSecretsStayInTheirRequest: neither a draft nor a next page has what a form's struct
// calls secret, or the secret half of a key, wherever it was pasted; the rest goes on.
func TestSecretsStayInTheirRequest(t *testing.T) {
	q := &Request{Server: &Server{}, R: httptest.NewRequest("POST", "/x", nil), inputs: map[string]Input{"own": {Name: "own", Secret: true}},
		form: url.Values{"token": {"tok-1"}, "passphrase": {"phrase-1"}, "code": {"123456"}, "own": {"own-1"},
			"recovery": {"age-secret-key-pq-1QQ"}, "recipient": {"age1pq1"}, "text": {"mezza frase"}}}
	draft, err := q.DraftText()
	if err != nil {
		t.Fatal(err)
	}
	carried := ""
	for _, p := range q.carried() {
		carried += p.Name + "=" + p.Value + "\n"
	}
	for where, text := range map[string]string{"a draft": string(draft), "a next page": carried} {
		for _, secret := range []string{"tok-1", "phrase-1", "123456", "own-1", "secret-key"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s has %q", where, secret)
			}
		}
		if !strings.Contains(text, "mezza frase") || !strings.Contains(text, "age1pq1") {
			t.Errorf("%s lost what is no secret: %s", where, text)
		}
	}
}
